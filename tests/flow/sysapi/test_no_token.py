"""A token that is none any more is none anywhere: also at the paths that look at it by themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.flow.sysapi.system_server import ROOT, Server

HERE, THERE, UNIX = "192.0.2.7", "192.0.2.8", ""
RULES = 'path "sys/*" { capabilities = ["read"] } path "auth/token/*" { capabilities = ["read", "update", "sudo"] }'


async def _make(server: Server, **fields: object) -> str:
    await server.ok("PUT", "sys/policies/acl/seer", {"policy": RULES})
    wanted = {"policies": ["seer"], **fields}
    return str((await server.ok("POST", "auth/token/create", wanted)).body["auth"]["client_token"])


async def _spent(server: Server) -> str:
    """Its row is still there for a while, because of several uses some may be under way."""
    token = await _make(server, num_uses=2)
    for _ in range(2):
        await server.ok("GET", "auth/token/lookup-self", token=token)
    return token


async def _spent_by_refusals(server: Server) -> str:
    token = await _make(server, num_uses=2)
    for _ in range(2):
        assert (await server.ask("DELETE", "sys/mounts/x", token=token)).status == 403
    return token


async def _expired(server: Server) -> str:
    token = await _make(server, ttl="1m")
    server.clock.advance(60)
    return token


async def _expired_batch(server: Server) -> str:
    token = await _make(server, ttl="1m", type="batch")
    server.clock.advance(60)
    return token


async def _revoked(server: Server) -> str:
    token = await _make(server)
    await server.ok("POST", "auth/token/revoke", {"token": token})
    return token


async def _retired(server: Server) -> str:
    """Its row stays as long as what it made lives on."""
    token = await _make(server)
    await server.ok("POST", "auth/token/create", {}, token=token)
    await server.ok("POST", "auth/token/revoke-orphan", {"token": token})
    return token


async def _orphaned_by_its_parents_end(server: Server) -> str:
    parent = await _make(server, ttl="1m")
    made = await server.ok("POST", "auth/token/create", {"ttl": "1h"}, token=parent)
    server.clock.advance(60)
    return str(made.body["auth"]["client_token"])


async def _bound_elsewhere(server: Server) -> str:
    await server.ok("POST", "auth/token/roles/there", {"token_bound_cidrs": THERE, "allowed_policies": "seer"})
    await _make(server)
    return str((await server.ok("POST", "auth/token/create/there", {})).body["auth"]["client_token"])


async def _bound_to_another_address(server: Server) -> str:
    await server.ok("POST", "auth/token/roles/there", {"token_strictly_bind_ip": True, "allowed_policies": "seer"})
    await _make(server)
    made = await server.ok("POST", "auth/token/create/there", {}, address=THERE)
    return str(made.body["auth"]["client_token"])


async def _of_a_disabled_mount(server: Server) -> str:
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/ann", {"password": "x"})
    made = await server.ok("POST", "auth/userpass/login/ann", {"password": "x"}, token="")
    await server.ok("DELETE", "sys/auth/userpass")
    return str(made.body["auth"]["client_token"])


NONE = [
    _spent,
    _spent_by_refusals,
    _expired,
    _expired_batch,
    _revoked,
    _retired,
    _orphaned_by_its_parents_end,
    _bound_elsewhere,
    _bound_to_another_address,
    _of_a_disabled_mount,
]


@pytest.mark.parametrize("none", NONE)
async def test_it_sees_nothing(none: Callable[[Server], Awaitable[str]]) -> None:
    """Refused where the pipeline looks at it and where a path does, rather than taken for a token or for none."""
    server = await Server.start()
    token = await none(server)
    described = "sys/internal/specs/openapi"
    for path in ("sys/internal/ui/mounts", "sys/internal/ui/mounts/sys", "auth/token/lookup-self", described):
        answer = await server.ask("GET", path, token=token)
        assert (path, answer.status) == (path, 403)
    for path in ("sys/wrapping/lookup", "sys/wrapping/unwrap", "sys/wrapping/rewrap"):
        assert (await server.ask("POST", path, {}, token=token)).status == 400
        assert (await server.ask("POST", path, {"token": token}, token=ROOT)).status == 400


@pytest.mark.parametrize("none", [_spent, _spent_by_refusals, _expired, _expired_batch, _revoked, _retired])
async def test_it_is_found_by_nobody(none: Callable[[Server], Awaitable[str]]) -> None:
    """Who names it in a body is told that there is no such token."""
    server = await Server.start()
    token = await none(server)
    assert (await server.ask("POST", "auth/token/lookup", {"token": token})).status == 403
    assert (await server.ask("POST", "auth/token/renew", {"token": token})).status == 400
    capabilities = await server.ask("POST", "sys/capabilities", {"token": token, "path": "sys/mounts"})
    assert capabilities.status in {400, 403}


async def test_a_spent_token_has_no_lease() -> None:
    """Neither is it shown among leases, nor by the id of its own."""
    server = await Server.start()
    await server.ok("POST", "auth/token/roles/r", {"token_num_uses": 2})
    token = (await server.ok("POST", "auth/token/create/r", {"policies": ["default"]})).body["auth"]["client_token"]
    folder = "sys/leases/lookup/auth/token/create/r"
    (name,) = (await server.ok("LIST", folder)).data["keys"]
    lease = f"auth/token/create/r/{name}"
    await server.ok("POST", "sys/leases/lookup", {"lease_id": lease})
    for _ in range(2):
        await server.ok("GET", "auth/token/lookup-self", token=token)
    assert (await server.ask("POST", "sys/leases/lookup", {"lease_id": lease})).status == 400
    listed = await server.ask("LIST", folder)
    assert listed.status == 404


async def test_looking_costs_no_use() -> None:
    """The paths for user interfaces answer a token that has uses left, and leave them to it."""
    server = await Server.start()
    token = await _make(server, num_uses=2)
    for _ in range(3):
        assert "sys/" in (await server.ok("GET", "sys/internal/ui/mounts", token=token)).data["secret"]
    await server.ok("GET", "auth/token/lookup-self", token=token)
    await server.ok("GET", "sys/internal/ui/mounts/sys", token=token)
    await server.ok("GET", "auth/token/lookup-self", token=token)
    assert (await server.ask("GET", "sys/internal/ui/mounts", token=token)).status == 403


async def test_a_stranger_stores_nothing() -> None:
    """What needs no token isn't wrapped, because a wrapped response is rows that may stay for years."""
    server = await Server.start()
    before = len((await server.services.barrier.storage.scan("shared/")).names)
    for method, path, body in (
        ("GET", "sys/internal/ui/mounts", None),
        ("POST", "sys/decode-token", {"encoded_token": "YWJj", "otp": "abc"}),
        ("GET", "identity/oidc/provider/default/.well-known/openid-configuration", None),
    ):
        await server.ask(method, path, body, token="", headers={"x-vault-wrap-ttl": "100000h"})
    refused = await server.ask("GET", "sys/internal/ui/mounts", token="", headers={"x-vault-wrap-ttl": "60"})
    assert refused.status == 400
    assert len((await server.services.barrier.storage.scan("shared/")).names) == before
