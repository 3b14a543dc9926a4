"""Every operation of the peer's API, and of what Vault documents below `sys/`, is there or is missing for a reason."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest

from tests.flow.node import TestNode
from tests.flow.sysapi.operations.described import VECTORS, Operations, described, listed

SECRETS = ("database", "kubernetes", "kv", "pki", "rabbitmq", "ssh", "totp", "transit")
LOGINS = ("approle", "cert", "jwt", "kubernetes", "oidc", "userpass")
LISTS = ("peer.txt", "vault_sys.txt")


def reasons() -> list[tuple[str, str]]:
    """The operations that may be missing, each with its reason."""
    entries = tomllib.loads((VECTORS / "gaps.toml").read_text(encoding="utf-8"))["gap"]
    return [(operation, entry["reason"]) for entry in entries for operation in entry["operations"]]


async def ours() -> Operations:
    """What our own description tells of, with a mount of everything that the peer's was made with."""
    node = await TestNode.start()
    for type_ in SECRETS:
        await node.ok("POST", f"sys/mounts/{type_}", {"type": type_})
    await node.ok("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    for type_ in LOGINS:
        await node.ok("POST", f"sys/auth/{type_}", {"type": type_})
    return described((await node.ok("GET", "sys/internal/specs/openapi")).body)


async def test_what_is_missing_has_a_reason_and_what_is_there_has_none() -> None:
    """No operation is missing without a word, and none that was built since is still called missing."""
    there = await ours()
    missing = frozenset[str]().union(*map(listed, LISTS)) - there
    named = {operation for operation, _ in reasons()}
    assert sorted(missing - named) == []
    assert sorted(named - missing) == []


def test_each_gap_is_named_once_with_a_reason() -> None:
    """A gap has one entry, and a sentence that says why."""
    found = reasons()
    assert [operation for operation, count in Counter(operation for operation, _ in found).items() if count > 1] == []
    assert [operation for operation, reason in found if not reason.rstrip().endswith(".")] == []


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        ({"get": {}}, {"get /a/{}"}),
        ({"put": {}, "delete": {}}, {"post /a/{}", "delete /a/{}"}),
        ({"get": {"parameters": [{"in": "query", "name": "list", "required": True}]}}, {"list /a/{}"}),
        ({"get": {"parameters": [{"in": "query", "name": "scan"}]}}, {"scan /a/{}", "get /a/{}"}),
        ({"description": "no verb"}, set()),
    ],
)
def test_operations_of_a_description(operation: dict[str, object], wanted: set[str]) -> None:
    """The names of parameters are left out; a listing counts as one."""
    assert described({"paths": {"/a/{name}/": operation}}) == wanted
