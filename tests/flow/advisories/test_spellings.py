"""Advisories about rules that are passed by writing a name otherwise, and about secrets that go astray."""

from __future__ import annotations

import pytest

from strongroom.crypto import shamir
from tests.flow.node import TestNode

NARROW = 'path "probe/rows/a" { capabilities = ["read"] }'


def test_cve_2023_25000_shares_choose_no_place_in_memory() -> None:
    """There shares were multiplied by looking up tables, and the cache's timing told which places were read.

    Here another process of the machine could have narrowed down the shares while they were put together.
    """
    tables = [name for name, value in vars(shamir).items() if isinstance(value, (bytes, bytearray, list, tuple, dict))]
    assert [name for name in tables if not name.startswith("__") and len(vars(shamir)[name]) >= 255] == []


async def test_cve_2026_4525_a_token_is_not_passed_to_a_login_either() -> None:
    """There the `Authorization` header went to an auth method although it held the client's token.

    Here the auth method of a mount that lets the header through is given a token that lives.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/probe/tune", {"passthrough_request_headers": ["Authorization"]})
    await node.ok("POST", "probe/open/ann", {}, "", headers={"authorization": f"Bearer {node.root}"})
    assert node.root not in str([request.headers for request in node.probe.requests])


@pytest.mark.parametrize(
    ("denied", "allowed", "path", "refused"),
    [
        ("kv/data/example", "kv/data/*", "kv/data/EXAMPLE", True),
        ("kv/data/Example", "kv/data/*", "kv/data/example", True),
        ("kv/data/EX*", "kv/data/*", "kv/data/example", True),
        ("kv/+/example", "kv/*", "kv/data/eXample", True),
        ("kv/data/\u0391\u03a3*", "kv/data/*", "kv/data/\u03b1\u03c3\u03b1", True),
        ("kv/data/straße", "kv/data/*", "kv/data/STRASSE", True),
        ("kv/data/example", "kv/data/EXAMPLE", "kv/data/EXAMPLE", False),
        ("kv/*", "kv/data/EXAMPLE", "kv/data/EXAMPLE", False),
        ("kv/data/example", "kv/data/*", "kv/data/examples", False),
    ],
)
async def test_cve_2026_93335_a_deny_counts_in_any_letters(denied: str, allowed: str, path: str, refused: bool) -> None:
    """There a rule that denies a path didn't count for the path in other letters.

    Here, too, whoever writes `deny` for `kv/data/example` hardly means to allow `kv/data/EXAMPLE`; a better rule does.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
    await node.ok("POST", path, {"data": {"a": "1"}})
    token = await node.token(
        f'path "{denied}" {{ capabilities = ["deny"] }} path "{allowed}" {{ capabilities = ["read"] }}'
    )
    assert (await node.ask("GET", path, None, token)).status == (403 if refused else 200)
    told = (await node.ok("POST", "sys/capabilities", {"token": token, "paths": [path]})).data[path]
    assert told == (["deny"] if refused else ["read"])


@pytest.mark.parametrize("spelling", ["admin", "Admin", "ADMIN", " admin", "admin ", "\tadmin"])
@pytest.mark.parametrize("shape", ["list", "text", "among-others", "comma-separated"])
async def test_cve_2026_89322_a_denied_policy_is_denied_in_every_spelling(spelling: str, shape: str) -> None:
    """There rules were compared with names before these got the form that they are kept in.

    Here whoever may make tokens, but none with `admin`, would have made one with `Admin`.
    """
    node = await TestNode.start()
    maker = await node.token(
        'path "auth/token/create" { capabilities = ["create", "update", "sudo"]\n'
        '  denied_parameters = { "policies" = ["admin"] } }'
    )
    policies: dict[str, object] = {
        "list": [spelling],
        "text": spelling,
        "among-others": ["default", spelling],
        "comma-separated": f"default,{spelling}",
    }
    answer = await node.ask("POST", "auth/token/create", {"policies": policies[shape]}, maker)
    assert answer.status in {400, 403} or "admin" not in answer.body["auth"]["policies"], answer


@pytest.mark.parametrize("given", ["Admin", " admin", "default,admin", ["default,admin"], ["ADMIN"], "default, Admin"])
async def test_cve_2026_89322_a_denied_policy_is_denied_to_users_too(given: object) -> None:
    """The same for users: what one text lists, and how it spells it, is judged as what is kept.

    Here whoever may write users, but none with `admin`, would have written one with `default,admin`.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    writer = await node.token(
        'path "auth/userpass/users/*" { capabilities = ["create", "update"]\n'
        '  denied_parameters = { "token_policies" = ["admin"] } }'
    )
    await node.ask("POST", "auth/userpass/users/ann", {"password": "x", "token_policies": given}, writer)
    login = await node.ask("POST", "auth/userpass/login/ann", {"password": "x"}, "")
    assert login.status == 400 or "admin" not in login.body["auth"]["policies"], login


@pytest.mark.parametrize(
    ("denied", "spelled"),
    [
        ("sys/policies/acl/admin", "sys/policies/acl/Admin"),
        ("sys/policy/admin", "sys/policy/ADMIN"),
        ("auth/userpass/users/admin", "auth/userpass/users/Admin"),
        ("auth/userpass/users/admin/password", "auth/userpass/users/ADMIN/password"),
        ("auth/userpass/users/admin/policies", "auth/userpass/users/ADMIN/policies"),
        ("sys/config/auditing/request-headers/x-a", "sys/config/auditing/request-headers/X-A"),
        ("sys/mounts/probe", "sys/mounts/probe/"),
        ("sys/auth/userpass", "sys/auth/userpass/"),
        ("sys/audit/recorder", "sys/audit/recorder/"),
    ],
)
async def test_cve_2026_89322_a_denied_resource_is_denied_in_every_spelling(denied: str, spelled: str) -> None:
    """There, too, a rule for `sys/policies/acl/admin` didn't count for `sys/policies/acl/Admin`, which is the same.

    Here whoever may do everything but touch one policy, user, header, mount or audit device, touches it all the same.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/admin", {"password": "x"})
    await node.ok("PUT", "sys/policies/acl/admin", {"policy": NARROW})
    await node.ok("PUT", "sys/config/auditing/request-headers/x-a", {})
    await node.ok("PUT", "sys/audit/recorder", {"type": "recorder"})
    everything = 'path "*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "sudo"] }\n'
    token = await node.token(f'{everything} path "{denied}" {{ capabilities = ["deny"] }}')
    before = await kept(node)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        body = {"policy": everything, "password": "y", "token_policies": "admin", "hmac": True, "description": "y"}
        answer = await node.ask(method, spelled, body if method in {"PUT", "PATCH"} else None, token)
        assert answer.status >= 400, (method, answer)
    assert await kept(node) == before


async def kept(node: TestNode) -> list[object]:
    """What there is of each kind, and whether the user's password is still the same."""
    paths = ("sys/policies/acl/admin", "auth/userpass/users/admin", "sys/config/auditing/request-headers", "sys/mounts")
    found: list[object] = [(await node.ask("GET", path)).body.get("data") for path in (*paths, "sys/auth", "sys/audit")]
    return [*found, (await node.ask("POST", "auth/userpass/login/admin", {"password": "x"}, "")).status]
