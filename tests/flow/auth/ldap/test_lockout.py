"""Failed logins of one user count together, however the name is typed."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.flow.auth.ldap.mounting import SEARCHING
from tests.flow.node import TestNode
from tests.sim.slapd import GROUPS, PEOPLE, Slapd

SPELLINGS = ("alice", "Alice", "alice%20", "ALICE", "%EF%BD%81lice")


async def node_of(directory: Slapd, settings: dict[str, Any]) -> TestNode:
    """A node with the method at `ldap/`."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/ldap", {"type": "ldap"})
    attribute = "uid" if settings.get("binddn") else "cn"
    given = {"url": directory.url, "userdn": PEOPLE, "groupdn": GROUPS, "userattr": attribute, **settings}
    await node.ok("POST", "auth/ldap/config", given)
    return node


async def log_in(node: TestNode, name: str, password: str) -> int:
    """The status of a login."""
    return (await node.ask("POST", f"auth/ldap/login/{name}", {"password": password}, token="")).status


@pytest.mark.parametrize("settings", [{}, SEARCHING, {**SEARCHING, "username_as_alias": True}])
async def test_five_spellings_are_one_count(directory: Slapd, settings: dict[str, Any]) -> None:
    """Locked then, in every spelling, with the right password too; others aren't."""
    node = await node_of(directory, settings)
    for name in SPELLINGS:
        assert await log_in(node, name, "wrong") == 400
    for name in SPELLINGS:
        assert await log_in(node, name, "alice-password") == 403
    assert await log_in(node, "bob", "bob-password") == 200


@pytest.mark.parametrize("settings", [{}, SEARCHING])
async def test_a_login_forgets_failures(directory: Slapd, settings: dict[str, Any]) -> None:
    """Of the same user, by another spelling."""
    node = await node_of(directory, settings)
    for _ in range(3):
        for name in SPELLINGS[:4]:
            assert await log_in(node, name, "wrong") == 400
        assert await log_in(node, "aLiCe", "alice-password") == 200


async def test_what_is_no_wrong_password_locks_nobody_out(directory: Slapd) -> None:
    """A directory that is away, one that doesn't take this server's account, and an empty password."""
    node, known = await node_of(directory, SEARCHING), {"bindpass": SEARCHING["bindpass"]}
    for broken, mended in (
        ({"bindpass": "wrong"}, known),
        ({**known, "url": "ldap://127.0.0.1:1"}, {**known, "url": directory.url}),
    ):
        await node.ok("POST", "auth/ldap/config", broken)
        for _ in range(6):
            assert await log_in(node, "alice", "alice-password") == 502
        await node.ok("POST", "auth/ldap/config", mended)
        assert await log_in(node, "alice", "alice-password") == 200
    for _ in range(6):
        assert await log_in(node, "alice", "") == 400
    assert await log_in(node, "alice", "alice-password") == 200


async def test_unknown_users_are_locked_too(directory: Slapd) -> None:
    """So that a lock tells nobody who exists."""
    node = await node_of(directory, SEARCHING)
    assert [await log_in(node, "nobody", "wrong") for _ in range(6)] == [400] * 5 + [403]


async def test_secrets_are_in_no_answer_and_no_audit(directory: Slapd) -> None:
    """Of the configuration, and of a login."""
    node = await (await node_of(directory, SEARCHING)).audited()
    await node.ok("POST", "auth/ldap/config", {"bindpass": "canary-bind"})
    shown = await node.ok("GET", "auth/ldap/config")
    await log_in(node, "alice", "canary-login")
    assert "bindpass" not in shown.data
    assert "canary" not in repr(shown.body) + "".join(map(repr, node.recorder.lines))


async def test_groups_that_are_mapped_to_identities(directory: Slapd) -> None:
    """By aliases whose case is another; `require_group_match` is satisfied by them."""
    node = await node_of(directory, {**SEARCHING, "require_group_match": True})
    assert await log_in(node, "alice", "alice-password") == 403
    accessor = (await node.ok("GET", "sys/auth")).body["ldap/"]["accessor"]
    group = await node.ok("POST", "identity/group", {"name": "mine", "type": "external", "policies": "p"})
    alias = {"name": "my_group", "mount_accessor": accessor, "canonical_id": group.data["id"]}
    await node.ok("POST", "identity/group-alias", alias)
    made = await node.ok("POST", "auth/ldap/login/alice", {"password": "alice-password"}, token="")
    assert made.body["auth"]["identity_policies"] == ["p"]
    assert await log_in(node, "bob", "bob-password") == 403


async def test_a_token_of_a_login_without_a_search_is_not_renewed(directory: Slapd) -> None:
    """Its first time is all it has."""
    node = await node_of(directory, {"token_ttl": "1h"})
    made = await node.ok("POST", "auth/ldap/login/alice", {"password": "alice-password"}, token="")
    token = made.body["auth"]["client_token"]
    assert made.body["auth"]["renewable"] is False
    node.clock.advance(60)
    assert (await node.ask("POST", "auth/token/renew-self", {}, token=token)).status == 400


async def test_no_name_of_a_group_keeps_its_members_out(directory: Slapd) -> None:
    """Groups that nothing can be written for don't count, and the others do."""
    node = await node_of(directory, {**SEARCHING, "groupattr": "description"})
    await node.ok("POST", "auth/ldap/groups/good", {"policies": "good"})
    for name in ("g" * 600, "\u0130" * 250, "/", "a//b", "/a", "x\ny", "x\0y"):
        told = base64.b64encode(name.encode()).decode()
        dn = f"cn=odd,{GROUPS}"
        lines = ["objectClass: groupOfNames", "cn: odd", f"member: cn=Bob,{PEOPLE}", "description: good"]
        directory.add("\n".join([f"dn: {dn}", *lines, f"description:: {told}"]) + "\n")
        try:
            answer = await node.ask("POST", "auth/ldap/login/bob", {"password": "bob-password"}, token="")
        finally:
            directory.delete(dn)
        assert (answer.status, answer.body["auth"]["token_policies"]) == (200, ["default", "good"])
