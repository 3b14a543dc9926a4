"""What the bytes of a request decide: which answers are kept, and that each request gets its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest

from strongroom.http import turns
from strongroom.http.forwarded import ForwardedRules
from strongroom.http.message import Peer, Tls
from strongroom.http.repeating import source_of
from strongroom.http.settings import ListenerConfig
from tests.flow.core.kept_answers.lines import Line, get, line_maker, settled
from tests.flow.core.repeats import OFTEN
from tests.flow.node import TestNode
from tests.sim.faulty_storage import Hold, Plan


class Bytes:
    """A node with secrets `kv/a` and `kv/b`, and a client of it."""

    def __init__(self, node: TestNode, config: ListenerConfig | None = None) -> None:
        self.node = node
        self.connect = line_maker(node, config)
        self.line = self.connect()

    @classmethod
    async def start(cls, plan: Plan | None = None, config: ListenerConfig | None = None) -> Bytes:
        """A new one."""
        node = await TestNode.start(plan)
        await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        for name in "ab":
            await node.ok("POST", f"kv/{name}", {"value": name})
        return cls(node, config)

    def get(self, name: str, *fields: str, **options: Any) -> bytes:
        """The bytes of a read by the root token."""
        return get(f"kv/{name}", self.node.root, *fields, **options)

    async def ask(self, *pieces: bytes, line: Line | None = None) -> str:
        """Send a request; what the secret was."""
        line = line or self.line
        await line.say(*pieces)
        status, _, body = line.heard()
        assert (status, line.received) == (200, b""), body
        return str(json.loads(body)["data"]["value"])

    @property
    def kept(self) -> int:
        """The number of answers that are kept."""
        assert self.node.node.unsealed is not None
        return len(self.node.node.unsealed.barrier.cache.answers)

    async def keep(self, data: bytes) -> None:
        """Ask until the answer is kept."""
        for _ in range(OFTEN):
            await self.ask(data)
        assert self.kept == 1


async def test_the_same_bytes_get_the_same_answer() -> None:
    """With another id and the present date; on any connection from that address."""
    bytes_ = await Bytes.start()
    request = bytes_.get("a")
    seen = []
    for number in range(5):
        line = bytes_.connect("192.0.2.7", 5000 + number)
        await line.say(request)
        seen.append(line.heard())
    assert bytes_.kept == 1
    for status, fields, body in seen:
        assert (status, fields) == seen[0][:2]
        assert {**json.loads(body), "request_id": ""} == {**json.loads(seen[0][2]), "request_id": ""}
    assert len({json.loads(body)["request_id"] for _, _, body in seen}) == 5


@pytest.mark.parametrize("first", [0, 4711])
async def test_a_client_without_a_port(first: int) -> None:
    """As a PROXY header may name one: the entries of each have its port, or none, whoever asked first."""
    bytes_ = await Bytes.start()
    await bytes_.node.audited()
    for port in (first, 4711 - first):
        for _ in range(OFTEN + 1):
            await bytes_.ask(bytes_.get("a"), line=bytes_.connect("192.0.2.7", port))
            ports = [entry["request"].get("remote_port", 0) for entry in bytes_.node.recorder.entries[-2:]]
            assert ports == [port, port]
    assert bytes_.kept == 2


NEVER: dict[str, Callable[[Bytes], tuple[bytes, ...]]] = {
    "longer than 4096 bytes": lambda b: (b.get("a", "X-Long: " + "x" * 4096),),
    "in two pieces": lambda b: (b.get("a")[:30], b.get("a")[30:]),
    "a byte at a time": lambda b: tuple(bytes([byte]) for byte in b.get("a")),
    "two at once": lambda b: (b.get("a") + b.get("a"),),
    "an empty line after it": lambda b: (b.get("a") + b"\r\n",),
    "HTTP/1.0": lambda b: (b.get("a", version="1.0"),),
    "HTTP/1.0, which stays": lambda b: (b.get("a", "Connection: keep-alive", version="1.0"),),
    "the last one": lambda b: (b.get("a", "Connection: close"),),
    "HEAD": lambda b: (b.get("a", method="HEAD"),),
    "an origin": lambda b: (b.get("a", "Origin: https://a.example"),),
    "wrapped": lambda b: (b.get("a", "X-Vault-Wrap-TTL: 60"),),
    "what is not there": lambda b: (b.get("none"),),
    "help": lambda b: (b.get("a?help=1"),),
}


@pytest.mark.parametrize("what", NEVER)
async def test_what_is_never_kept(what: str) -> None:
    """Each is answered as ever, and leaves nothing behind."""
    bytes_ = await Bytes.start()
    for _ in range(5):
        line = bytes_.connect()
        await line.say(*NEVER[what](bytes_))
        assert line.received.startswith(b"HTTP/1.1 "), line.received
    assert bytes_.kept == 0


async def test_an_empty_line_before_it() -> None:
    """One is allowed, and is part of the name; a second one is refused, however often the request came before."""
    bytes_ = await Bytes.start()
    await bytes_.keep(b"\r\n" + bytes_.get("a"))
    assert await bytes_.ask(b"\r\n" + bytes_.get("a")) == "a"
    line = bytes_.connect()
    await line.say(b"\r\n", b"\r\n" + bytes_.get("a"))
    assert line.heard()[0] == 400
    line = bytes_.connect()
    await line.say(b"\r\n", bytes_.get("a"))
    assert line.heard()[0] == 200


async def test_what_stands_beside_the_path() -> None:
    """A version in the query and a namespace in a header are parts of the bytes: each request gets its own answer.

    Source: https://github.com/hashicorp/vault/issues/28137, where a cache gave one version for another.
    """
    bytes_ = await Bytes.start()
    node, root = bytes_.node, bytes_.node.root
    await node.ok("POST", "sys/mounts/v2", {"type": "kv", "options": {"version": "2"}})
    for value in ("one", "two"):
        await node.ok("POST", "v2/data/a", {"data": {"value": value}})
    await node.ok("POST", "sys/namespaces/n", {})
    await node.ok("POST", "n/sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "n/kv/a", {"value": "of n"})
    wanted = {
        get("v2/data/a?version=1", root): {"value": "one"},
        get("v2/data/a?version=2", root): {"value": "two"},
        get("v2/data/a", root): {"value": "two"},
        bytes_.get("a"): {"value": "a"},
        bytes_.get("a", "X-Vault-Namespace: n"): {"value": "of n"},
        get("n/kv/a", root): {"value": "of n"},
    }
    for _ in range(OFTEN + 1):
        for request, secret in wanted.items():
            await bytes_.line.say(request)
            data = json.loads(bytes_.line.heard()[2])["data"]
            assert data.get("data", data) == secret
    assert bytes_.kept == len(wanted)


async def test_another_address() -> None:
    """The token may be bound to addresses, and entries name them: nothing that is kept of one serves another."""
    bytes_ = await Bytes.start()
    request = bytes_.get("a")
    await bytes_.keep(request)
    other = bytes_.connect("192.0.2.8")
    assert await bytes_.ask(request, line=other) == "a"
    assert bytes_.kept == 1
    for _ in range(OFTEN):
        assert await bytes_.ask(request, line=other) == "a"
    assert bytes_.kept == 2


async def test_an_address_in_a_header() -> None:
    """Behind a proxy the header is a part of the bytes, and what it says is what entries show."""
    config = ListenerConfig(forwarded=ForwardedRules(authorized=(ip_network("192.0.2.7"),)))
    bytes_ = await Bytes.start(config=config)
    await bytes_.node.audited()
    for address in ("203.0.113.1", "203.0.113.2"):
        for _ in range(5):
            assert await bytes_.ask(bytes_.get("a", f"X-Forwarded-For: {address}")) == "a"
    shown = [entry["request"]["remote_address"] for entry in bytes_.node.recorder.entries]
    assert shown == ["203.0.113.1"] * 10 + ["203.0.113.2"] * 10


async def test_settings_of_the_listener_that_change() -> None:
    """After the configuration was read again, what was kept is asked for no more."""
    bytes_ = await Bytes.start()
    shared = bytes_.line.connection._listening
    await bytes_.keep(bytes_.get("a"))
    shared.reconfigure(shared.application, shared.config)
    assert await bytes_.ask(bytes_.get("a")) == "a"
    assert bytes_.kept == 1
    assert await bytes_.ask(bytes_.get("a")) == "a"
    assert bytes_.kept == 2


async def test_more_bytes_while_the_store_is_asked() -> None:
    """Requests on one connection are answered in their order, whether the first one is still kept or has ended."""
    for ended in (False, True):
        plan = Plan()
        bytes_ = await Bytes.start(plan)
        first, second = bytes_.get("a"), bytes_.get("b")
        await bytes_.keep(first)
        if ended:
            await bytes_.node.ok("POST", "kv/a", {"value": "other"})
        hold = Hold()
        plan.add("synced", hold)
        await bytes_.line.say(first, second)
        assert bytes_.line.received == b""
        hold.released.set()
        await settled()
        heard = [json.loads(bytes_.line.heard()[2])["data"]["value"] for _ in range(2)]
        assert heard == ["other" if ended else "a", "b"]
        assert await bytes_.ask(first) == heard[0]


@pytest.mark.parametrize("path", ["sys/health", "sys/leader"])
async def test_what_needs_no_store_waits_for_none(path: str) -> None:
    """However often it was asked, and whoever waits: a load balancer learns of a node while its store hangs."""
    plan = Plan()
    bytes_ = await Bytes.start(plan)
    await bytes_.keep(bytes_.get("a"))
    request = get(path, "")
    for _ in range(OFTEN):
        await bytes_.connect().say(request)
    holds = Hold(), Hold()
    plan.add("synced", *holds)
    await bytes_.line.say(bytes_.get("a"))
    assert bytes_.line.received == b""
    line = bytes_.connect()
    await line.say(request)
    assert line.heard()[0] == 200
    for hold in holds:
        hold.released.set()
    await settled()
    assert bytes_.line.heard()[0] == 200


async def test_a_store_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for what was kept is served as if nothing was, after a while; the late answer does nothing more."""
    monkeypatch.setattr(turns, "_PATIENCE_S", 0.01)
    plan = Plan()
    bytes_ = await Bytes.start(plan)
    await bytes_.keep(bytes_.get("a"))
    hold = Hold()
    plan.add("synced", hold)
    await bytes_.line.say(bytes_.get("a"))
    await asyncio.sleep(0.05)
    await settled()
    assert json.loads(bytes_.line.heard()[2])["data"] == {"value": "a"}
    hold.released.set()
    await settled()
    assert bytes_.line.received == b""
    assert await bytes_.ask(bytes_.get("a")) == "a"


@pytest.mark.parametrize("ended", [False, True])
async def test_a_client_that_hangs_up_while_the_store_is_asked(ended: bool) -> None:
    """Its request is served and audited as any other's, and the listener waits for it when it ends."""
    plan = Plan()
    bytes_ = await Bytes.start(plan)
    await bytes_.keep(bytes_.get("a"))
    if ended:
        await bytes_.node.ok("POST", "kv/a", {"value": "other"})
    await bytes_.node.audited()
    hold = Hold()
    plan.add("synced", hold)
    listening = bytes_.line.connection._listening
    await bytes_.line.say(bytes_.get("a"))
    bytes_.line.hang_up()
    assert len(listening.connections) == 1
    hold.released.set()
    await settled()
    assert [entry["type"] for entry in bytes_.node.recorder.entries] == ["request", "response"]
    assert len(listening.connections) == 0


async def test_a_listener_that_ends() -> None:
    """It says of each answer that it is the last one, also of what was kept without that."""
    bytes_ = await Bytes.start()
    await bytes_.keep(bytes_.get("a"))
    bytes_.line.connection._listening.draining = True
    await bytes_.line.say(bytes_.get("a"))
    assert bytes_.line.heard()[1]["connection"] == "close"
    assert bytes_.line.closed


def test_a_client_with_a_certificate() -> None:
    """Nothing is kept of it: engines see the certificate, which is no part of the bytes."""
    tls = Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", None)
    with_one = Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", None, peer_certificates=(b"der",))
    assert source_of(Peer("192.0.2.7", 1, "test", with_one)) is None
    assert source_of(Peer("192.0.2.7", 1, "test", tls)) != source_of(Peer("192.0.2.7", 1, "test"))


async def test_another_header_each_time() -> None:
    """Nothing is kept of who sends another value in each request: it would never be asked for again."""
    bytes_ = await Bytes.start()
    for number in range(10):
        assert await bytes_.ask(bytes_.get("a", f"traceparent: 00-{number}")) == "a"
    assert bytes_.kept == 0
