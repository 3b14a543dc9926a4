"""Which ways to log in a login form offers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.node import TestNode

PATH, SEEN = "sys/config/ui/login/default-auth", "sys/internal/ui/default-auth-methods"


async def test_a_rule_is_written_changed_listed_and_deleted() -> None:
    """A later write changes the fields that it names."""
    node = await TestNode.start()
    assert (await node.ask("LIST", PATH)).status == 404
    await node.ok("POST", f"{PATH}/own", {"default_auth_type": "ldap", "backup_auth_types": "token,userpass"})
    await node.ok("POST", f"{PATH}/own", {"disable_inheritance": True})
    assert (await node.ok("GET", f"{PATH}/own")).data == {
        "default_auth_type": "ldap",
        "backup_auth_types": ["token", "userpass"],
        "disable_inheritance": True,
        "namespace_path": "",
    }
    listed = (await node.ok("LIST", PATH)).data
    assert listed["key_info"] == {"own": {"name": "own", "namespace_path": "root", "disable_inheritance": True}}
    await node.ok("DELETE", f"{PATH}/own")
    assert (await node.ask("GET", f"{PATH}/own")).status == 404


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("a", {}, 400),
        ("a", {"default_auth_type": "carrier-pigeon"}, 400),
        ("a", {"backup_auth_types": ["token", ""]}, 400),
        ("a", {"default_auth_type": "token", "namespace_path": "team/"}, 400),
        ("b%20c", {"default_auth_type": "token"}, 404),
    ],
)
async def test_a_rule_that_no_form_could_follow_is_refused(name: str, body: dict[str, Any], status: int) -> None:
    """Without a type, with an unknown one, or as a namespace's second one."""
    node = await TestNode.start()
    await node.ok("POST", f"{PATH}/first", {"default_auth_type": "token", "namespace_path": "team"})
    assert (await node.ask("POST", f"{PATH}/{name}", body)).status == status


async def test_namespaces_below_have_it_too_unless_it_says_otherwise() -> None:
    """The nearest rule counts, also the one that keeps itself to its own namespace."""
    node = await TestNode.start()
    await node.ok("POST", "sys/namespaces/a")
    await node.ok("POST", "a/sys/namespaces/b")

    async def seen(where: str) -> Any:
        return ((await node.ok("GET", where + SEEN, token="")).data or {}).get("default_auth_type")

    assert await seen("a/b/") is None
    await node.ok("POST", f"{PATH}/root", {"default_auth_type": "oidc"})
    assert [await seen(where) for where in ("", "a/", "a/b/")] == ["oidc", "oidc", "oidc"]
    await node.ok(
        "POST", f"{PATH}/a", {"default_auth_type": "okta", "namespace_path": "a", "disable_inheritance": True}
    )
    assert [await seen(where) for where in ("", "a/", "a/b/")] == ["oidc", "okta", None]
