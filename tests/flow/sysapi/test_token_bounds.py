"""What is bound stays bound: in a child, an orphan, a batch token, a role's token, a wrapped one, over any socket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.sysapi.system_server import ROOT, Server

HERE, THERE, UNIX = "192.0.2.7", "192.0.2.8", ""
BOUNDS = [{"token_bound_cidrs": HERE}, {"token_strictly_bind_ip": True}]
WAYS: list[tuple[str, dict[str, Any]]] = [
    ("create", {}),
    ("create", {"type": "batch"}),
    ("create", {"no_parent": True}),
    ("create-orphan", {}),
    ("create-orphan", {"type": "batch"}),
    ("create/plain", {}),
    ("create/plain", {"type": "batch"}),
]
SUDO = 'path "auth/token/*" { capabilities = ["create", "update", "sudo"] }'


async def bound_token(server: Server, bound: dict[str, Any]) -> str:
    """A token that may be used from here alone, and make whatever it likes."""
    await server.ok("PUT", "sys/policies/acl/maker", {"policy": SUDO})
    await server.ok("POST", "auth/token/roles/bound", {"orphan": True, **bound})
    await server.ok("POST", "auth/token/roles/plain", {"orphan": True})
    made = await server.ok("POST", "auth/token/create/bound", {"policies": ["maker", "default"]})
    return str(made.body["auth"]["client_token"])


async def status(server: Server, token: str, address: str) -> int:
    """How the token is answered from an address."""
    return (await server.ask("GET", "auth/token/lookup-self", token=token, address=address)).status


@pytest.mark.parametrize("bound", BOUNDS, ids=["blocks", "the address"])
async def test_a_bound_token_is_used_from_there_alone(bound: dict[str, Any]) -> None:
    """From its address, and neither from another nor over a Unix socket."""
    server = await Server.start()
    token = await bound_token(server, bound)
    assert [await status(server, token, address) for address in (HERE, THERE, UNIX)] == [200, 403, 403]
    mapped = await status(server, token, f"::ffff:{HERE}")
    assert mapped == 200  # the same client, by a socket for both families


@pytest.mark.parametrize("bound", BOUNDS, ids=["blocks", "the address"])
@pytest.mark.parametrize(("way", "fields"), WAYS)
async def test_whatever_it_makes_is_bound_as_it_is(bound: dict[str, Any], way: str, fields: dict[str, Any]) -> None:
    """Plainly asked for and wrapped: what comes out is used from where its maker is, and from nowhere else."""
    server = await Server.start()
    token = await bound_token(server, bound)
    wanted = {"policies": ["default"], **fields}
    made = (await server.ok("POST", f"auth/token/{way}", wanted, token=token)).body["auth"]["client_token"]
    sent = await server.ok("POST", f"auth/token/{way}", wanted, token=token, headers={"x-vault-wrap-ttl": "60"})
    wrapping = sent.body["wrap_info"]["token"]
    opened = await server.ok("POST", "sys/wrapping/unwrap", {}, token=wrapping, address=THERE)
    for child in (made, opened.body["auth"]["client_token"]):
        assert [await status(server, child, address) for address in (HERE, THERE, UNIX)] == [200, 403, 403]


async def test_the_grandchild_is_bound_too() -> None:
    """What a bound token's child makes is bound as the first is."""
    server = await Server.start()
    token = await bound_token(server, {"token_strictly_bind_ip": True})
    for _ in range(2):
        wanted = {"policies": ["maker", "default"]}
        token = (await server.ok("POST", "auth/token/create", wanted, token=token)).body["auth"]["client_token"]
    assert [await status(server, token, address) for address in (HERE, THERE)] == [200, 403]


async def test_nothing_is_bound_to_no_address() -> None:
    """Over a Unix socket neither a role nor a login makes a token that is to be bound to its client's address."""
    server = await Server.start()
    await server.ok("POST", "auth/token/roles/bound", {"token_strictly_bind_ip": True})
    refused = await server.ask("POST", "auth/token/create/bound", {}, address=UNIX)
    assert (refused.status, "Unix socket" in refused.error) == (400, True)
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    user = {"password": "x", "token_strictly_bind_ip": True}
    await server.ok("POST", "auth/userpass/users/ann", user)
    login = await server.ask("POST", "auth/userpass/login/ann", {"password": "x"}, token="", address=UNIX)
    assert (login.status, "Unix socket" in login.error) == (400, True)
    token = (await server.ok("POST", "auth/userpass/login/ann", {"password": "x"}, token="")).body["auth"]
    answers = [await status(server, token["client_token"], address) for address in (HERE, THERE, UNIX)]
    assert answers == [200, 403, 403]


async def test_renewing_leaves_the_bounds() -> None:
    """Whoever renews a bound token, it stays bound."""
    server = await Server.start()
    token = await bound_token(server, {"token_strictly_bind_ip": True})
    await server.ok("POST", "auth/token/renew", {"token": token, "increment": "2h"}, address=THERE)
    assert [await status(server, token, address) for address in (HERE, THERE)] == [200, 403]


async def test_a_roles_limits_hold_for_batch_tokens() -> None:
    """Uses and a period make it refuse them; a longest life is theirs, to the second."""
    server = await Server.start()
    for name, limit in (("num_uses", {"token_num_uses": 1}), ("period", {"token_period": "1m"})):
        for type_ in ("default-service", "default-batch"):
            await server.ok("POST", f"auth/token/roles/{type_}", {"token_type": type_, **limit})
            refused = await server.ask("POST", f"auth/token/create/{type_}", {"type": "batch"})
            assert (refused.status, refused.error) == (400, f'batch tokens cannot have "{name}" set')
            await server.ok("POST", f"auth/token/create/{type_}", {"type": "service", "policies": ["default"]})
            await server.ok("DELETE", f"auth/token/roles/{type_}")
    only = {"token_type": "batch", "orphan": True, "renewable": False, "token_num_uses": 1}
    refused = await server.ask("POST", "auth/token/roles/only", only)
    assert (refused.status, "limited use count" in refused.error) == (400, True)
    await server.ok("POST", "auth/token/roles/brief", {"token_explicit_max_ttl": "1m"})
    for ttl, got_s in (("59s", 59), ("1h", 60)):
        wanted = {"type": "batch", "policies": ["default"], "ttl": ttl}
        made = await server.ok("POST", "auth/token/create/brief", wanted)
        assert made.body["auth"]["lease_duration"] == got_s


async def test_a_logins_uses_are_not_lost_by_the_mounts_type() -> None:
    """A user with a number of uses gets no token where the mount is tuned to batch tokens, which nobody counts."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/ann", {"password": "x", "token_num_uses": 2})
    for type_ in ("batch", "default-batch"):
        await server.ok("POST", "sys/auth/userpass/tune", {"token_type": type_})
        refused = await server.ask("POST", "auth/userpass/login/ann", {"password": "x"}, token="")
        assert (refused.status, refused.error) == (400, 'batch tokens cannot have "num_uses" set')
    await server.ok("POST", "sys/auth/userpass/tune", {"token_type": "default-service"})
    made = (await server.ok("POST", "auth/userpass/login/ann", {"password": "x"}, token="")).body["auth"]
    assert [await status(server, made["client_token"], HERE) for _ in range(3)] == [200, 200, 403]


@pytest.mark.parametrize("path", ["sys/wrapping/rewrap", "sys/wrapping/unwrap"])
@pytest.mark.parametrize(("asked", "given_s"), [("87600h", 60), ("61", 60), ("60", 60), ("59", 59)])
async def test_a_wrapping_lasts_no_longer_than_the_first(path: str, asked: str, given_s: int) -> None:
    """Who wraps again what was wrapped gets as long as its maker allowed, or less."""
    server = await Server.start()
    sent = await server.ok("POST", "sys/wrapping/wrap", {"a": 1}, headers={"x-vault-wrap-ttl": "60"})
    token = sent.body["wrap_info"]["token"]
    for _ in range(2):  # nor by doing it again
        answer = await server.ok("POST", path, {"token": token}, token=ROOT, headers={"x-vault-wrap-ttl": asked})
        assert answer.body["wrap_info"]["ttl"] == given_s
        token = answer.body["wrap_info"]["token"]
    server.clock.advance(given_s - 1)
    await server.ok("POST", "sys/wrapping/lookup", {"token": token}, token="")
    server.clock.advance(1)
    assert (await server.ask("POST", "sys/wrapping/unwrap", {"token": token})).status == 400


async def test_a_foreign_alias_is_refused() -> None:
    """A role's tokens act for the names that it allows, whatever their case, and for no other."""
    server = await Server.start()
    await server.ok("POST", "auth/token/roles/acting", {"allowed_entity_aliases": ["web-*", "Ann"]})
    await server.ok("POST", "auth/token/roles/none", {})
    entities = set()
    for alias in ("web-1", "WEB-1", "ann"):
        made = await server.ok("POST", "auth/token/create/acting", {"entity_alias": alias})
        entities.add(made.body["auth"]["entity_id"])
    assert len(entities) == 2
    assert "" not in entities
    for path, alias in (("acting", "bob"), ("acting", "my-web-1"), ("acting", "anna"), ("none", "ann")):
        refused = await server.ask("POST", f"auth/token/create/{path}", {"entity_alias": alias})
        assert (refused.status, refused.error) == (400, "invalid 'entity_alias' value")
    refused = await server.ask("POST", "auth/token/create", {"entity_alias": "ann"})
    assert refused.status == 400
