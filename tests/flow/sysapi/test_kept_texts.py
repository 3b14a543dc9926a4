"""What clients have kept is bounded, at each door by which free text gets to a row that requests load."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.auth.userpass.records import User
from strongroom.barrier.transaction import Transaction, transact
from strongroom.sdk import TokenSettings
from tests.flow.sysapi.system_server import Server

MANY = [f"p{number}" for number in range(513)]
BLOCKS = [f"10.0.{number}.1" for number in range(256)]
TOKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"meta": {"k": "v" * (16 * 1024 - 1)}}, {"meta": {"k": "v" * 16 * 1024}}),
    ({"meta": {f"k{n}": "v" for n in range(64)}}, {"meta": {f"k{n}": "v" for n in range(65)}}),
    ({"meta": {"k" * 128: "v"}}, {"meta": {"k" * 129: "v"}}),
    ({"policies": MANY[:512]}, {"policies": MANY}),
    ({"policies": ["p" * 512]}, {"policies": ["p" * 513]}),
    ({"display_name": "n" * 512}, {"display_name": "n" * 513}),
    ({"id": "i" * 512}, {"id": "i" * 513}),
]
ROLE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    *(
        ({name: MANY[:512]}, {name: MANY})
        for name in ("allowed_policies", "disallowed_policies", "allowed_policies_glob", "disallowed_policies_glob")
    ),
    ({"allowed_entity_aliases": MANY[:512]}, {"allowed_entity_aliases": MANY}),
    ({"token_bound_cidrs": BLOCKS}, {"token_bound_cidrs": [*BLOCKS, "10.1.0.1"]}),
    ({"path_suffix": "s" * 512}, {"path_suffix": "s" * 513}),
]
USER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"token_policies": MANY[:512]}, {"token_policies": MANY}),
    ({"policies": MANY[:512]}, {"policies": MANY}),
    ({"token_bound_cidrs": BLOCKS}, {"token_bound_cidrs": [*BLOCKS, "10.1.0.1"]}),
]


async def _refused(server: Server, path: str, body: dict[str, Any]) -> None:
    answer = await server.ask("POST", path, body)
    assert answer.status == 400, (path, answer)
    assert "more than" in answer.error or "longer than" in answer.error or "too much" in answer.error


@pytest.mark.parametrize(("fits", "not_any_more"), TOKEN)
async def test_what_a_token_keeps(fits: dict[str, Any], not_any_more: dict[str, Any]) -> None:
    """Metadata, policies and names up to their limits, which are told, and not a byte or item more."""
    server = await Server.start()
    made = (await server.ok("POST", "auth/token/create", {"policies": ["default"], **fits})).body["auth"]
    assert (await server.ok("GET", "auth/token/lookup-self", token=made["client_token"])).data["type"] == "service"
    for path in ("create", "create-orphan"):
        await _refused(server, f"auth/token/{path}", {"policies": ["default"], **not_any_more})


@pytest.mark.parametrize(("fits", "not_any_more"), ROLE)
async def test_what_a_role_keeps(fits: dict[str, Any], not_any_more: dict[str, Any]) -> None:
    """Each of its lists and its suffix."""
    server = await Server.start()
    await server.ok("POST", "auth/token/roles/r", fits)
    await _refused(server, "auth/token/roles/r", not_any_more)


@pytest.mark.parametrize(("fits", "not_any_more"), USER)
async def test_what_a_user_keeps(fits: dict[str, Any], not_any_more: dict[str, Any]) -> None:
    """Each of its lists."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/ann", {"password": "x", **fits})
    await _refused(server, "auth/userpass/users/ann", not_any_more)


async def test_a_batch_token_is_no_longer_than_one_may_be() -> None:
    """What is made can be used: one that would hold too much is refused, rather than made for nothing."""
    server = await Server.start()
    wanted = {"type": "batch", "policies": ["default"], "meta": {"k": "v" * 5000}}
    made = (await server.ok("POST", "auth/token/create", wanted)).body["auth"]["client_token"]
    assert (await server.ok("GET", "auth/token/lookup-self", token=made)).data["meta"] == wanted["meta"]
    wanted["meta"] = {"k": "v" * 6200}
    refused = await server.ask("POST", "auth/token/create", wanted)
    assert (refused.status, "batch token" in refused.error) == (400, True)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sys/mounts/kv/tune", {"description": "x"}),
        ("sys/mounts/kv/tune", {"audit_non_hmac_request_keys": ["x"]}),
        ("sys/mounts/kv/tune", {"passthrough_request_headers": ["x"]}),
        ("sys/mounts/kv/tune", {"options": {"note": "x"}}),
        ("sys/mounts/other", {"type": "kv", "description": "x"}),
        ("sys/auth/other", {"type": "userpass", "description": "x"}),
    ],
)
async def test_what_a_mount_keeps(path: str, body: dict[str, Any]) -> None:
    """Some 64 KiB in all, whichever of its texts they are in; every request loads the rows of all mounts."""

    def grown(value: Any, length: int) -> Any:
        if isinstance(value, dict):
            return {name: grown(item, length) if name != "type" else item for name, item in value.items()}
        return [grown(item, length) for item in value] if isinstance(value, list) else "x" * length

    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    refused = await server.ask("POST", path, grown(body, 64 * 1024))
    assert (refused.status, "too much to keep" in refused.error) == (400, True)
    await server.ok("POST", path, grown(body, 63 * 1024))


async def test_what_a_policy_keeps() -> None:
    """Half a mebibyte of text."""
    server = await Server.start()
    rule = 'path "a" { capabilities = ["read"] }\n'
    fits = rule + "#" * (512 * 1024 - len(rule) - 200)
    await server.ok("PUT", "sys/policies/acl/large", {"policy": fits})
    refused = await server.ask("PUT", "sys/policies/acl/large", {"policy": fits + "#" * 200})
    assert (refused.status, "too much to keep" in refused.error) == (400, True)
    assert (await server.ok("GET", "sys/policies/acl/large")).data["policy"] == fits


@pytest.mark.parametrize("name", ["response-wrapping", "Response-Wrapping ", "root", "ROOT"])
@pytest.mark.parametrize("field", ["token_policies", "policies"])
async def test_no_user_has_a_policy_that_no_login_gives(name: str, field: str) -> None:
    """`root`, and the one that makes a token pass for a wrapping token: refused when they are written."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/ann", {"password": "x"})
    for path in ("ann", "bob", "ann/policies"):
        body = {field: ["a", name], **({} if "/" in path else {"password": "x"})}
        assert (await server.ask("POST", f"auth/userpass/users/{path}", body)).status == 400
    login = await server.ok("POST", "auth/userpass/login/ann", {"password": "x"}, token="")
    assert login.body["auth"]["policies"] == ["default"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("response-wrapping", 'cannot assign policy "response-wrapping"'),
        ("root", "auth methods cannot create root tokens"),
    ],
)
async def test_no_login_gives_them(name: str, text: str) -> None:
    """Whatever an auth method answers: here for a user that was stored before such names were refused."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/ann", {"password": "x"})
    services = server.node.unsealed
    assert services is not None
    prefix = (await transact(services.barrier, services.mounts.router)).by_path["auth/userpass/"].prefix

    async def change(txn: Transaction) -> None:
        user = await txn.read(f"{prefix}user/ann", User)
        assert user is not None
        txn.write(f"{prefix}user/ann", User(scrypt=user.scrypt, token=TokenSettings(policies=(name,))))

    await transact(services.barrier, change)
    login = await server.ask("POST", "auth/userpass/login/ann", {"password": "x"}, token="")
    assert (login.status, login.error) == (400, text)
