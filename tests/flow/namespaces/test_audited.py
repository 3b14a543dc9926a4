"""Entries of requests in namespaces."""

from __future__ import annotations

from typing import Any

from tests.flow.node import TestNode


def _last(node: TestNode) -> dict[str, Any]:
    return node.recorder.entries[-1]


async def test_an_entry_names_the_namespace_and_the_path_in_it() -> None:
    """Both for a header and for a path; policies name the namespace that they are of."""
    node = await (await TestNode.start()).audited()
    id_ = (await node.ok("POST", "sys/namespaces/team")).data["id"]
    inner = (await node.ok("POST", "team/sys/namespaces/web")).data["id"]
    await node.ok("PUT", "team/sys/policies/acl/p", {"policy": 'path "*" { capabilities = ["read", "sudo"] }'})
    made = await node.ok("POST", "team/auth/token/create", {"policies": ["p"]})
    token = made.body["auth"]["client_token"]
    for path, headers in (("team/web/sys/mounts", {}), ("web/sys/mounts", {"x-vault-namespace": "team"})):
        await node.ok("GET", path, None, token, headers=headers)
        entry = _last(node)
        assert entry["request"]["path"] == "sys/mounts"
        assert entry["request"]["namespace"] == {"id": inner, "path": "team/web/"}
        granting = entry["auth"]["policy_results"]["granting_policies"]
        assert {policy["namespace_id"] for policy in granting} == {id_}
    await node.ok("GET", "sys/mounts")
    assert _last(node)["request"]["namespace"] == {"id": "root"}


async def test_refusals_are_entries_too() -> None:
    """A locked API, a path of root's, a token of elsewhere and a namespace that isn't there."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "sys/namespaces/other")
    made = await node.ok("POST", "team/auth/token/create", {"policies": ["default"]})
    token = made.body["auth"]["client_token"]
    asks: list[tuple[str, str | None, dict[str, str], int]] = [
        ("other/sys/mounts", token, {}, 403),
        ("team/sys/host-info", None, {}, 400),
    ]
    asks += [("sys/mounts", None, {"x-vault-namespace": "nope"}, 404)]
    await node.ok("POST", "sys/namespaces/api-lock/lock/team")
    asks += [("team/sys/mounts", None, {}, 503)]
    for path, shown, headers, status in asks:
        before = len(node.recorder.entries)
        assert (await node.ask("GET", path, None, shown, headers=headers)).status == status, path
        assert len(node.recorder.entries) == before + 2, path
        assert _last(node)["error"], path
