"""Advisories whose fault is here too."""

from __future__ import annotations

import pytest

from strongroom.crypto import shamir
from tests.flow.node import TestNode
from tests.flow.sysapi.test_rekey import in_a_loop

NARROW = 'path "probe/rows/a" { capabilities = ["read"] }'


def test_cve_2023_25000_shares_choose_no_place_in_memory() -> None:
    """There shares were multiplied by looking up tables, and the cache's timing told which places were read.

    Here another process of the machine could have narrowed down the shares while they were put together.
    """
    tables = [name for name, value in vars(shamir).items() if isinstance(value, (bytes, bytearray, list, tuple, dict))]
    assert [name for name in tables if not name.startswith("__") and len(vars(shamir)[name]) >= 255] == []


@in_a_loop
async def test_cve_2026_4525_a_token_is_not_passed_to_a_login_either() -> None:
    """There the `Authorization` header went to an auth method although it held the client's token.

    Here the auth method of a mount that lets the header through is given a token that lives.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/probe/tune", {"passthrough_request_headers": ["Authorization"]})
    await node.ok("POST", "probe/open/ann", {}, "", headers={"authorization": f"Bearer {node.root}"})
    assert node.root not in str([request.headers for request in node.probe.requests])


@pytest.mark.parametrize("spelling", ["admin", "Admin", "ADMIN", " admin", "admin ", "\tadmin"])
@pytest.mark.parametrize("shape", [lambda name: [name], lambda name: name, lambda name: ["default", name]])
@in_a_loop
async def test_cve_2026_89322_a_denied_policy_is_denied_in_every_spelling(spelling: str, shape: object) -> None:
    """There rules were compared with names before these got the form that they are kept in.

    Here whoever may make tokens, but none with `admin`, would have made one with `Admin`.
    """
    assert callable(shape)
    node = await TestNode.start()
    maker = await node.token(
        'path "auth/token/create" { capabilities = ["create", "update", "sudo"]\n'
        '  denied_parameters = { "policies" = ["admin"] } }'
    )
    answer = await node.ask("POST", "auth/token/create", {"policies": shape(spelling)}, maker)
    assert answer.status in {400, 403} or "admin" not in answer.body["auth"]["policies"], answer


@pytest.mark.parametrize("name", ["Admin", "ADMIN", "admin%20", "%20admin"])
@in_a_loop
async def test_cve_2026_89322_a_denied_resource_is_denied_in_every_spelling(name: str) -> None:
    """There, too, a rule for `sys/policies/acl/admin` didn't count for `sys/policies/acl/Admin`, which is the same.

    Here whoever may write all policies but one, or all users but one, would have written that one.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/admin", {"password": "x"})
    await node.ok("PUT", "sys/policies/acl/admin", {"policy": NARROW})
    token = await node.token(
        'path "sys/policies/acl/*" { capabilities = ["create", "update", "delete", "read"] }\n'
        'path "sys/policies/acl/admin" { capabilities = ["deny"] }\n'
        'path "sys/policy/*" { capabilities = ["create", "update", "delete", "read"] }\n'
        'path "sys/policy/admin" { capabilities = ["deny"] }\n'
        'path "auth/userpass/users/*" { capabilities = ["create", "update", "delete", "read"] }\n'
        'path "auth/userpass/users/admin" { capabilities = ["deny"] }\n'
        'path "auth/userpass/users/admin/*" { capabilities = ["deny"] }'
    )
    wide = 'path "*" { capabilities = ["sudo"] }'
    for folder in ("sys/policies/acl", "sys/policy"):
        await node.ask("PUT", f"{folder}/{name}", {"policy": wide}, token)
        await node.ask("DELETE", f"{folder}/{name}", None, token)
    assert (await node.ok("GET", "sys/policies/acl/admin")).data["policy"] == NARROW
    for path in (name, f"{name}/password", f"{name}/policies"):
        await node.ask("POST", f"auth/userpass/users/{path}", {"password": "y", "token_policies": "admin"}, token)
    await node.ask("DELETE", f"auth/userpass/users/{name}", None, token)
    login = await node.ok("POST", "auth/userpass/login/admin", {"password": "x"}, "")
    assert login.body["auth"]["policies"] == ["default"]
