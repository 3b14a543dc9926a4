"""A server in recovery mode: a token by key shares, and rows of the store for its holder."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.barrier import keys
from strongroom.http.message import HttpRequest, Peer
from strongroom.http.options import ListenerOptions
from strongroom.lib.rand import SystemRandom
from strongroom.sealing import root_token
from strongroom.server.recovery.application import RecoveryApplication
from tests.flow.node import Answer, TestNode, read

ATTEMPT, UPDATE = "sys/generate-recovery-token/attempt", "sys/generate-recovery-token/update"
POLICY = keys.policies("root") + "p"


class Recovering:
    """A server in recovery mode over the store of a node."""

    def __init__(self, node: TestNode) -> None:
        self.node = node
        self.application = RecoveryApplication(node.store, SystemRandom(), ListenerOptions())
        self.token = ""

    async def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> Answer:
        """Send one request."""
        where, _, query = path.partition("?")
        sent = {"x-vault-token": self.token if token is None else token}
        content = b"" if body is None else json.dumps(body).encode()
        peer = Peer(address="192.0.2.7", port=4711, listener="test")
        return read(await self.application(HttpRequest(method, f"/v1/{where}", query, sent, content, peer)))

    async def generate(self) -> str:
        """A token, by as many shares as it takes."""
        begun = (await self.ask("POST", ATTEMPT, {})).body
        for key in self.node.keys[:2]:
            given = (await self.ask("POST", UPDATE, {"key": key, "nonce": begun["nonce"]})).body
        assert given["complete"]
        return root_token.decode(given["encoded_token"], begun["otp"])


async def recovering() -> Recovering:
    """A server over a store with a policy `p`, and its token."""
    node = await TestNode.start()
    await node.ok("PUT", "sys/policies/acl/p", {"policy": 'path "a" { capabilities = ["read"] }'})
    found = Recovering(node)
    found.token = await found.generate()
    return found


async def test_shares_make_a_token_that_reads_and_changes_rows() -> None:
    """What was changed is there for the server that starts afterwards."""
    server = await recovering()
    assert server.token.startswith("hvr.")
    assert "shared/" in (await server.ask("LIST", "sys/raw")).data["keys"]
    value = json.loads((await server.ask("GET", f"sys/raw/{POLICY}")).data["value"])
    changed = {**value, "text": 'path "b" { capabilities = ["read"] }'}
    assert (await server.ask("PUT", f"sys/raw/{POLICY}", {"value": json.dumps(changed)})).status == 204
    assert (await server.node.ok("GET", "sys/policies/acl/p")).data["policy"] == changed["text"]
    assert (await server.ask("DELETE", f"sys/raw/{POLICY}")).status == 204
    assert (await server.ask("GET", f"sys/raw/{POLICY}")).status == 404
    assert (await server.node.ask("GET", "sys/policies/acl/p")).status == 404


async def test_nobody_else_gets_at_rows() -> None:
    """No token before it is made, no other one, none of the server, and no earlier one."""
    node = await TestNode.start()
    server = Recovering(node)
    for token in ("", "hvr.nonsense", node.root):
        assert (await server.ask("LIST", "sys/raw", token=token)).status == 403
    first = await server.generate()
    second = await server.generate()
    for token in ("", "hvr.nonsense", node.root, first):
        assert (await server.ask("LIST", "sys/raw", token=token)).status == 403
    assert (await server.ask("LIST", "sys/raw", token=second)).status == 200
    assert second not in repr(vars(server.application))
    assert (await node.ask("GET", "sys/mounts", token=second)).status == 403


@pytest.mark.parametrize("key", ["core/keyring", "core/seal/shamir", keys.CLUSTER, keys.WRAPPING_KEY])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_what_opens_the_store_is_refused(method: str, key: str) -> None:
    """As by the same path of a server that isn't in recovery mode."""
    server = await recovering()
    body = {"value": '{"~type": "x"}'} if method == "PUT" else None
    assert (await server.ask(method, f"sys/raw/{key}", body)).status == 400


async def test_a_generation_is_shown_cancelled_and_begun_anew() -> None:
    """Cancelling drops the shares; only one is under way."""
    server = Recovering(await TestNode.start())
    assert (await server.ask("GET", ATTEMPT)).body["started"] is False
    begun = (await server.ask("POST", ATTEMPT)).body
    assert (begun["started"], begun["progress"], begun["required"], len(begun["otp"])) == (True, 0, 2, 28)
    assert (await server.ask("POST", ATTEMPT)).status == 400
    key = server.node.keys[0]
    assert (await server.ask("POST", UPDATE, {"key": key, "nonce": begun["nonce"]})).body["progress"] == 1
    assert (await server.ask("POST", UPDATE, {"key": key, "nonce": begun["nonce"]})).status == 400
    shown = (await server.ask("GET", ATTEMPT)).body
    assert (shown["progress"], shown["nonce"], shown["otp"]) == (1, begun["nonce"], "")
    assert (await server.ask("DELETE", ATTEMPT)).status == 204
    assert (await server.ask("GET", ATTEMPT)).body["progress"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", ATTEMPT, {"otp": "short"}, 400),
        ("POST", ATTEMPT, {"pgp_key": "nonsense"}, 400),
        ("PATCH", ATTEMPT, {}, 415),
        ("LIST", ATTEMPT, None, 405),
        ("POST", UPDATE, {}, 400),
        ("POST", UPDATE, {"key": "zz", "nonce": "x"}, 400),
        ("POST", UPDATE, {"key": "AAAA", "nonce": "x"}, 400),
        ("GET", UPDATE, None, 405),
        ("GET", "sys/mounts", None, 503),
        ("POST", "auth/userpass/login/ann", {}, 503),
        ("PUT", "sys/unseal", {"key": "AAAA"}, 503),
        ("SCAN", "sys/raw", None, 405),
        ("LIST", "sys/raw?limit=-1", None, 400),
        ("LIST", "sys/raw/nosuch", None, 404),
        ("GET", "sys/raw/nosuch?encoding=hex", None, 400),
        ("PUT", "sys/raw/shared/root/sys/x", {"value": "no json"}, 400),
        ("GET", "nothing", None, 503),
    ],
)
async def test_what_is_not_served_or_malformed(method: str, path: str, body: Any, status: int) -> None:
    """An error by its status, never a fault of the server."""
    server = await recovering()
    assert (await server.ask(method, path, body)).status == status


async def test_wrong_shares_open_nothing() -> None:
    """All have to be given again, and there is no token."""
    node, other = await TestNode.start(), await TestNode.start()
    server = Recovering(node)
    begun = (await server.ask("POST", ATTEMPT)).body
    for key, status in zip(other.keys[:2], (200, 400), strict=True):
        assert (await server.ask("POST", UPDATE, {"key": key, "nonce": begun["nonce"]})).status == status
    assert (await server.ask("GET", ATTEMPT)).body["progress"] == 0
    assert (await server.ask("LIST", "sys/raw")).status == 403


async def test_its_state_is_sealed() -> None:
    """A load balancer sends nobody here; tools see in which mode it is."""
    server = await recovering()
    health = await server.ask("GET", "sys/health", token="")
    assert (health.status, health.body["sealed"], health.body["recovery_mode"]) == (503, True, True)
    shown = (await server.ask("GET", "sys/seal-status", token="")).body
    assert (shown["sealed"], shown["t"], shown["n"]) == (True, 2, 3)
