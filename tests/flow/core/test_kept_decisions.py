"""Decisions that are remembered: which are, and that each ends with whatever it was made from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.flow.core.kept import HASHES, READING, READS, Kept
from tests.flow.node import TestNode

Change = Callable[[Kept, TestNode, str], Awaitable[Any]]
"""What is changed, by which node of the store, and the token of the client."""


@pytest.mark.parametrize("asked", [READING, HASHES, ("GET", "auth/token/lookup-self", None)])
async def test_who_asks_again_is_not_decided_again(asked: tuple[str, str, Any]) -> None:
    """The second request of a kind is remembered, and answers stay what they were; other bodies are the same kind."""
    kept = await Kept.start()
    token = await kept.token(no_default_policy=False)
    first = await kept.ask(token, asked)
    assert kept.names() == []
    await kept.remembered(token, asked)
    assert (await kept.ask(token, asked)).data == first.data
    if asked is HASHES:
        other = await kept.ask(token, ("POST", "sys/tools/hash", {"input": "Yg=="}))
        assert other.data["sum"] != first.data["sum"]
        assert (await kept.ask(token, ("POST", "sys/tools/hash", {"input": "!"}))).status == 400


async def test_entries_say_the_same() -> None:
    """The audit entries of a request that was decided by memory have what those of the first one have."""
    kept = await Kept.start()
    token = await kept.token()
    await kept.node.audited()
    for _ in range(4):
        await kept.ask(token, HASHES)
    requests = kept.node.recorder.entries[::2]
    for entry in requests:
        entry.pop("chain")
        for varying in (entry, entry["request"]):
            varying.pop("time", None)
            varying.pop("id", None)
    assert requests[1:] == requests[:1] * 3


CHANGES: dict[str, tuple[Change, int]] = {
    "the policy has other rules": (
        lambda kept, by, _: by.ok("PUT", "sys/policies/acl/reads", {"policy": 'path "x" { policy = "read" }'}),
        403,
    ),
    "the policy denies": (
        lambda kept, by, _: by.ok("PUT", "sys/policies/acl/reads", {"policy": 'path "kv/*" { policy = "deny" }'}),
        403,
    ),
    "the policy is deleted": (lambda kept, by, _: by.ok("DELETE", "sys/policies/acl/reads"), 403),
    "the policy has conditions": (
        lambda kept, by, _: by.ok(
            "PUT",
            "sys/policies/acl/reads",
            {"policy": 'path "kv/a" { capabilities = ["read"]\n min_wrapping_ttl = "1h" }'},
        ),
        403,
    ),
    "the token is revoked": (lambda kept, by, token: by.ok("POST", "auth/token/revoke", {"token": token}), 403),
    "the token revokes itself": (lambda kept, by, token: by.ok("POST", "auth/token/revoke-self", {}, token), 403),
    "the mount is disabled": (lambda kept, by, _: by.ok("DELETE", "sys/mounts/kv"), 404),
    "the mount is moved": (lambda kept, by, _: by.ok("POST", "sys/remount", {"from": "kv", "to": "moved"}), 404),
    "the secret is deleted": (lambda kept, by, _: by.ok("DELETE", "kv/a"), 404),
}


@pytest.mark.parametrize("where", ["here", "on another node"])
@pytest.mark.parametrize("what", CHANGES)
async def test_a_change_counts_at_once(what: str, where: str) -> None:
    """The next request is decided anew, whichever node of the store has made the change."""
    change, status = CHANGES[what]
    kept = await Kept.start()
    rules = READS + '\npath "auth/token/revoke-self" { capabilities = ["update"] }'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    token = await kept.token()
    by = kept.node if where == "here" else await kept.node.peer()
    await kept.remembered(token)
    await change(kept, by, token)
    assert (await kept.ask(token)).status == status


@pytest.mark.parametrize("kind", ["service", "batch"])
@pytest.mark.parametrize("which", ["parent", "grandparent"])
async def test_with_an_ancestor_its_descendants_end(kind: str, which: str) -> None:
    """Revoking a token ends what was decided of its children, theirs, and of batch tokens."""
    kept = await Kept.start()
    rules = READS + '\npath "auth/token/create" { capabilities = ["update"] }'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    grandparent = await kept.token()
    parent = await kept.token(grandparent)
    token = await kept.token(parent, type=kind)
    await kept.remembered(token)
    gone = {"parent": parent, "grandparent": grandparent}[which]
    await kept.node.ok("POST", "auth/token/revoke", {"token": gone})
    assert (await kept.ask(token)).status == 403


async def test_an_orphan_goes_on() -> None:
    """A parent that is revoked without its children: the decision is made again, and is the same."""
    kept = await Kept.start()
    rules = READS + '\npath "auth/token/create" { capabilities = ["update"] }'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    parent = await kept.token()
    token = await kept.token(parent)
    await kept.remembered(token)
    await kept.node.ok("POST", "auth/token/revoke-orphan", {"token": parent})
    assert (await kept.ask(token)).status == 200


async def test_a_mount_that_takes_the_place_of_another() -> None:
    """What is mounted anew at a path is another mount, with nothing of the one before."""
    kept = await Kept.start()
    token = await kept.token()
    await kept.remembered(token)
    await kept.node.ok("DELETE", "sys/mounts/kv")
    await kept.node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    assert (await kept.ask(token)).status == 404
    await kept.node.ok("POST", "kv/a", {"value": "another"})
    assert (await kept.ask(token)).data == {"value": "another"}


async def test_a_mount_that_is_tuned() -> None:
    """What a mount's settings say of audit entries counts from the next request on."""
    kept = await Kept.start()
    token = await kept.token()
    await kept.node.audited()
    await kept.remembered(token)
    assert kept.node.recorder.entries[-1]["response"]["data"]["value"].startswith("hmac-sha256:")
    await kept.node.ok("POST", "sys/mounts/kv/tune", {"audit_non_hmac_response_keys": ["value"]})
    await kept.ask(token)
    assert kept.node.recorder.entries[-1]["response"]["data"]["value"] == "one"


async def test_audit_devices_are_never_remembered() -> None:
    """A device that is enabled gets the entries of the next request; one that is disabled gets none."""
    kept = await Kept.start()
    token = await kept.token()
    await kept.remembered(token)
    await kept.node.audited()
    await kept.ask(token)
    assert len(kept.node.recorder.lines) == 2
    assert kept.names() != []
    await kept.node.ok("DELETE", "sys/audit/recorder")
    kept.node.recorder.lines.clear()
    await kept.ask(token)
    assert kept.node.recorder.lines == []


async def test_an_auth_mount_ends_the_tokens_of_its_logins() -> None:
    """Also those of whom something is remembered."""
    kept = await Kept.start()
    await kept.node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await kept.node.ok("POST", "auth/userpass/users/ann", {"password": "right", "token_policies": "reads"})
    login = await kept.node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")
    token = login.body["auth"]["client_token"]
    await kept.remembered(token)
    await kept.node.ok("DELETE", "sys/auth/userpass")
    assert (await kept.ask(token)).status == 403


NAMESPACES: dict[str, tuple[str, str, Any, int]] = {
    "locked": ("POST", "sys/namespaces/api-lock/lock/team", None, 503),
    "sealed": ("POST", "sys/namespaces/team/seal", None, 503),
    "deleted": ("DELETE", "sys/namespaces/team", None, 404),
}


@pytest.mark.parametrize("of", ["root", "the namespace"])
@pytest.mark.parametrize("what", NAMESPACES)
async def test_a_namespace_that_is_closed(what: str, of: str) -> None:
    """Locked, sealed or deleted: nothing that was decided in it is of use, for its own tokens and for others."""
    method, path, body, status = NAMESPACES[what]
    kept = await Kept.start()
    node = kept.node
    seal = {"seal": 'seal "shamir" {\n shares = 1\n threshold = 1\n}'} if what == "sealed" else {}
    made = await node.ok("POST", "sys/namespaces/team", seal)
    if what == "sealed":
        await node.ok("POST", "sys/namespaces/team/unseal", {"key": made.data["key_shares"][0]})
    await node.ok("POST", "team/sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "team/kv/a", {"value": "team's"})
    await node.ok("PUT", "team/sys/policies/acl/reads", {"policy": READS})
    await node.ok("PUT", "sys/policies/acl/reads", {"policy": 'path "team/kv/a" { capabilities = ["read"] }'})
    place = "team/" if of == "the namespace" else ""
    wanted = {"policies": ["reads"], "no_default_policy": True}
    token = (await node.ok("POST", f"{place}auth/token/create", wanted)).body["auth"]["client_token"]
    asked = ("GET", "team/kv/a", None)
    await kept.remembered(token, asked)
    await node.ask(method, path, body)
    answer = await kept.ask(token, asked)
    assert answer.status in {status, 403}
    assert answer.status == status or what == "deleted"
    if what == "locked":
        await node.ok("POST", "sys/namespaces/api-lock/unlock/team", {})
        assert (await kept.ask(token, asked)).status == 200


ENTITIES: dict[str, Callable[[TestNode, str, str], Awaitable[Any]]] = {
    "disabled": lambda node, entity, group: node.ok("POST", f"identity/entity/id/{entity}", {"disabled": True}),
    "deleted": lambda node, entity, group: node.ok("DELETE", f"identity/entity/id/{entity}"),
    "out of the group": lambda node, entity, group: node.ok(
        "POST", f"identity/group/id/{group}", {"member_entity_ids": []}
    ),
    "in a group without policies": lambda node, entity, group: node.ok(
        "POST", f"identity/group/id/{group}", {"policies": []}
    ),
    "in a group that is deleted": lambda node, entity, group: node.ok("DELETE", f"identity/group/id/{group}"),
}


@pytest.mark.parametrize("what", ENTITIES)
async def test_an_entity_that_has_its_rights_no_longer(what: str) -> None:
    """Disabled, deleted, or without the group that had the policy."""
    kept = await Kept.start()
    node = kept.node
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    auth = (await node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")).body["auth"]
    wanted = {"name": "readers", "policies": ["reads"], "member_entity_ids": [auth["entity_id"]]}
    group = (await node.ok("POST", "identity/group", wanted)).data["id"]
    await kept.remembered(auth["client_token"])
    await ENTITIES[what](node, auth["entity_id"], group)
    assert (await kept.ask(auth["client_token"])).status == 403


async def test_an_entity_that_is_merged_or_given_policies() -> None:
    """Policies of an entity count from the next request on, and end likewise."""
    kept = await Kept.start()
    node = kept.node
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    auth = (await node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")).body["auth"]
    place = f"identity/entity/id/{auth['entity_id']}"
    assert (await kept.ask(auth["client_token"])).status == 403
    await node.ok("POST", place, {"policies": ["reads"]})
    await kept.remembered(auth["client_token"])
    await node.ok("POST", place, {"policies": []})
    assert (await kept.ask(auth["client_token"])).status == 403


async def test_a_sealed_process_remembers_nothing() -> None:
    """After it was unsealed again, everything is decided anew."""
    kept = await Kept.start()
    token = await kept.token()
    await kept.remembered(token)
    kept.node.node.unsealed = None
    assert (await kept.ask(token)).status == 503
    await kept.node.unseal()
    assert kept.names() == []
    assert (await kept.ask(token)).status == 200
