"""An unsealed node with the real wiring over a store in memory, asked with HTTP messages, without sockets.

    node = await TestNode.start()
    answer = await node.ask("GET", "secret/a")

Several nodes may work on one store (`peer`), the store may fail by plan, an engine (`probe/`) does in the middle of a
request what a test tells it to, and an audit device keeps its lines in memory and fails when told to.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from strongroom.audit import AuditBroker
from strongroom.audit.chain import writer_of
from strongroom.audit.entry import TEST_PATH
from strongroom.audit.file import Ground
from strongroom.audit.writer import Writers
from strongroom.core.node import Node
from strongroom.http.application import Application
from strongroom.http.message import HttpRequest, HttpResponse, Peer
from strongroom.http.options import ListenerOptions
from strongroom.lib.errors import Unavailable
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sdk import Auth, Body, Engine, Lease, Record, Request, Response, TokenSettings, path
from strongroom.sealing.port import LocalPort
from strongroom.server import builtin, wiring
from strongroom.services.mounts import SECRET
from strongroom.storage.inmem import InmemStorage
from tests.sim.clock import SetClock
from tests.sim.faulty_storage import FaultyStorage, Plan

Hook = Callable[[Request], Awaitable[None]]
Engines = Mapping[tuple[str, str], Engine]


async def _nothing(request: Request) -> None:
    return


def given_token(**settings: Any) -> TokenSettings:
    """The settings of a login at the probe: one policy, and what a test says."""
    return TokenSettings(policies=("default",), **settings)


class Kept(Record, frozen=True, tag="probe"):
    """What the probe writes."""

    text: str


class ProbeBody(Body, frozen=True):
    """What it is asked to write."""

    text: str = ""


class Probe(Engine):
    """An engine that calls back into the test before and after what it does."""

    type = "probe"

    def __init__(self) -> None:
        self.before: Hook = _nothing
        self.after: Hook = _nothing
        self.existing: Hook = _nothing
        self.granted: dict[str, Any] = {}
        """What a login here is given beside its name."""
        self.runs = 0
        self.requests: list[Request] = []

    async def known(self, request: Request, name: str) -> bool:
        """Whether the row is there."""
        await self.existing(request)
        return await request.view.read(name, Kept) is not None

    @path.read("rows/{name}")
    async def show(self, request: Request, name: str) -> Response | None:
        """Read a row."""
        await self._run(request, self.before)
        kept = await request.view.read(name, Kept)
        await self.after(request)
        return Response(data={"text": kept.text}) if kept is not None else None

    @path.write("rows/{name}", exists="known")
    async def keep(self, request: Request, name: str, body: ProbeBody) -> Response:
        """Write a row."""
        await self._run(request, self.before)
        request.view.write(name, Kept(text=body.text))
        await self.after(request)
        return Response(data={"kept": name})

    @path.list_("rows")
    async def names(self, request: Request) -> Response:
        """List all rows, whatever `limit` says."""
        names = await request.view.list()
        return Response(data={"keys": names, "key_info": {name: {"n": name} for name in names}})

    @path.write("secret")
    async def lease(self, request: Request) -> Response:
        """Answer with a leased secret."""
        return Response(data={"password": "canary-leased"}, lease=Lease(ttl_s=60, internal={"name": "canary-inner"}))

    @path.write("open/{username}", unauthenticated=True)
    async def log_in(self, request: Request, username: str) -> Response:
        """Let anybody in."""
        await self._run(request, self.before)
        return Response(auth=Auth(display_name=username, **{"token": given_token(), **self.granted}))

    async def _run(self, request: Request, hook: Hook) -> None:
        self.runs += 1
        self.requests.append(request)
        await hook(request)


class Recorder:
    """An audit device in memory."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.writes = 0
        self.failing: Callable[[dict[str, Any]], bool] = lambda entry: False
        self.seen: Callable[[dict[str, Any]], None] = lambda entry: None

    one_by_one = False

    def open(self) -> None:
        """Nothing to get ready."""

    def write(self, *lines: bytes) -> int:
        """Keep lines, or fail at one as told."""
        self.writes += 1
        for taken, line in enumerate(lines):
            entry = json.loads(line)
            if entry["request"]["path"] == TEST_PATH:
                continue  # tries the device before it is configured
            if self.failing(entry):
                if taken:
                    return taken
                raise Unavailable("the recorder fails", detail="as told")
            self.lines.append(line)
            self.seen(entry)
        return len(lines)

    def reopen(self) -> None:
        """Nothing to begin anew."""

    def look(self) -> None:
        """Nothing to see to."""

    def close(self) -> None:
        """Nothing to release."""

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The lines, decoded."""
        return [json.loads(line) for line in self.lines]


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def data(self) -> Any:
        """The answer's `data`."""
        assert self.body is not None, self
        return self.body["data"]

    @property
    def errors(self) -> list[str]:
        """The answer's `errors`."""
        errors: list[str] = self.body["errors"]
        return errors

    @property
    def error(self) -> str:
        """The first of them."""
        return self.errors[0]


class TestNode:
    """One node; `start` makes a new store, initialises it through the API and unseals it."""

    __test__ = False  # no test class, in spite of its name

    def __init__(
        self,
        storage: InmemStorage,
        clock: SetClock,
        plan: Plan | None = None,
        engines: Engines | None = None,
        settings: wiring.NodeSettings | None = None,
    ) -> None:
        self.engines = dict(engines or {})
        """Beside those that are built in, by table and type."""
        self.clock = clock
        self.plan = plan or Plan()
        self.store = storage
        self.probe = Probe()
        self.recorder = Recorder()
        self.options = ListenerOptions()
        """Of the listener that requests come through."""
        self.root = ""
        self.keys: list[str] = []
        self.settings = settings or wiring.NodeSettings()
        random = SystemRandom()
        port = LocalPort(random, self.opened, self._closed)
        self.node: Node = wiring.build_node(
            FaultyStorage(storage, self.plan), port, clock, random, self.settings, engines=self._known()
        )
        self.application = Application(self.node)

    @classmethod
    async def start(cls, plan: Plan | None = None, *, engines: Engines | None = None) -> TestNode:
        """A node over a store of its own, with `probe/` mounted; not audited yet."""
        clock = SetClock()
        storage = InmemStorage(clock, SystemRandom())
        await storage.start()
        node = cls(storage, clock, plan, engines)
        made = await node.ok("PUT", "sys/init", {"secret_shares": 3, "secret_threshold": 2}, token="")
        node.root, node.keys = made.body["root_token"], made.body["keys"]
        await node.unseal()
        await node.ok("POST", "sys/mounts/probe", {"type": "probe"})
        return node

    async def peer(self, plan: Plan | None = None) -> TestNode:
        """Another unsealed node on the same store."""
        node = TestNode(self.store, self.clock, plan, self.engines)
        node.root, node.keys = self.root, self.keys
        await node.unseal()
        return node

    async def unseal(self) -> None:
        """Hand in as many shares as it takes."""
        for key in self.keys[:2]:
            await self.ok("PUT", "sys/unseal", {"key": key}, token="")

    async def audited(self) -> TestNode:
        """Enable the recorder, and forget what it heard of that."""
        await self.ok("PUT", "sys/audit/recorder", {"type": "recorder"})
        self.recorder.lines.clear()
        return self

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        address: str = "192.0.2.7",
    ) -> Answer:
        """Send one request below `/v1/`, with the root token unless told otherwise (`""`: none).

        A client on a Unix socket has no address.
        """
        request = self.request(method, path, body, token, headers=headers, address=address)
        return read(await self.application.answer(request, self.options))

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        address: str = "192.0.2.7",
    ) -> HttpRequest:
        """The request that `ask` sends."""
        where, _, query = path.partition("?")
        sent = {"x-vault-token": self.root if token is None else token}
        if method == "PATCH":
            sent["content-type"] = "application/merge-patch+json"
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        peer = Peer(address=address, port=4711, listener="test")
        return HttpRequest(method, f"/v1/{where}", query, sent | dict(headers or {}), content, peer)

    async def ok(self, method: str, path: str, body: Any = None, token: str | None = None, **options: Any) -> Answer:
        """The same, for a request that has to succeed."""
        answer = await self.ask(method, path, body, token, **options)
        assert answer.status < 300, (method, path, answer)
        return answer

    async def token(self, rules: str, **fields: Any) -> str:
        """A token with these rules and no others."""
        await self.ok("PUT", "sys/policies/acl/only", {"policy": rules})
        wanted = {"policies": ["only"], "no_default_policy": True, **fields}
        made = await self.ok("POST", "auth/token/create", wanted)
        return str(made.body["auth"]["client_token"])

    def rows(self) -> dict[str, bytes]:
        """Every row as it lies in the store at this moment."""
        return {key: entry.value for key, entry in self.store._rows.entries.items()}

    def _known(self) -> Engines:
        return builtin.engines(()) | {(SECRET, Probe.type): self.probe} | self.engines

    async def opened(self, key: Secret) -> None:
        """What is done with the root key when enough shares are there."""
        self.node.engines = self._known()
        await wiring.unseal(self.node, key, self.node.engines, self.settings)
        writers = Writers(b"test", "test", self.node.random)
        ground = Ground(recognise=lambda line: writers.own(writer_of(line)))
        types = {**builtin.audit_devices(None, ground), "recorder": lambda options, id_, configured: self.recorder}
        assert self.node.unsealed is not None
        broker = AuditBroker(types, self.node.random, writers, turn=self.node.unsealed.barrier.turn)
        self.node.unsealed = dataclasses.replace(self.node.unsealed, audit=broker)

    async def _closed(self) -> None:
        self.node.unsealed = None


def read(response: HttpResponse) -> Answer:
    """What came back."""
    headers = dict(response.headers)
    content: Any = response.body or None
    if content is not None and headers.get("Content-Type") == "application/json":
        content = json.loads(content)
    return Answer(response.status, content, headers)
