"""`sys/policies/simulate`: what a draft would have changed, and nothing written."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.namespaces import ROOT
from strongroom.services.policy.drafts import DraftPolicies
from tests.flow.sysapi.system_server import Server
from tests.flow.sysapi.why.test_explain import rules, token_of

SIMULATE = "sys/policies/simulate"
READ = 'path "kv/a" { capabilities = ["read"] }'


async def simulated(server: Server, policies: Mapping[str, str | None], *requests: dict[str, Any]) -> Any:
    """What would change."""
    return (await server.ok("POST", SIMULATE, {"policies": policies, "requests": list(requests)})).data


async def started() -> Server:
    """A server with a mount of keys and values at `kv/`."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    return server


@pytest.mark.parametrize(
    ("draft", "changes"),
    [
        ('path "kv/*" { capabilities = ["read"] }', {"kv/b": "newly allowed"}),
        ('path "kv/b" { capabilities = ["read"] }', {"kv/a": "newly denied", "kv/b": "newly allowed"}),
        (None, {"kv/a": "newly denied"}),
        ('path "kv/a" { capabilities = ["read"] max_wrapping_ttl = "1m" }', {"kv/a": "other conditions"}),
        (READ, {}),
    ],
)
async def test_what_changes(draft: str | None, changes: dict[str, str]) -> None:
    """Requests whose verdict or conditions change are told, with how often they were made; the policy stays."""
    server = await started()
    await server.ok("PUT", "sys/policies/acl/p", {"policy": READ})
    asked = [{"operation": "read", "path": path, "policies": ["p"], "count": 3} for path in ("kv/a", "kv/b")]
    data = await simulated(server, {"P": draft}, *asked)
    assert {each["path"]: each["change"] for each in data["requests"]} == changes
    assert sum(data["totals"].values()) == 6
    assert data["totals"]["unchanged"] == 6 - 3 * len(changes)
    assert (await server.ok("GET", "sys/policies/acl/p")).data["policy"] == READ


async def test_a_name_without_a_policy_is_told() -> None:
    """A draft under a misspelt name changes nothing, which would look as if the change were harmless."""
    server = await started()
    await server.ok("PUT", "sys/policies/acl/p", {"policy": READ})
    body = {"policies": {"p": None, "Q": READ}, "requests": [{"operation": "read", "path": "kv/a", "policies": ["p"]}]}
    answer = await server.ok("POST", SIMULATE, body)
    assert answer.body["warnings"] == ['there is no policy "q" yet: is its name right?']


async def test_the_verdict_after_is_the_one_after_writing() -> None:
    """For random policies and requests, what is newly allowed or denied is so when the draft is written."""
    server, drawn = await started(), random.Random(3)
    for _ in range(12):
        before, draft = rules(drawn), rules(drawn)
        token, _ = await token_of(server, p=before)
        paths = [f"kv/{first}/{second}" for first in ("a", "b", "A") for second in ("a", "ab")]
        asked = [
            {"operation": operation, "path": path, "policies": ["p"]}
            for path in paths
            for operation in ("read", "delete")
        ]
        told = {
            (each["operation"], each["path"]): each["change"]
            for each in (await simulated(server, {"p": draft}, *asked))["requests"]
        }
        methods = {"read": "GET", "delete": "DELETE"}
        served: list[dict[tuple[str, str], bool]] = []
        for text in (before, draft):
            await server.ok("PUT", "sys/policies/acl/p", {"policy": text})
            served.append(
                {
                    (operation, path): (await server.ask(method, path, token=token)).status != 403
                    for operation, method in methods.items()
                    for path in paths
                }
            )
        for key, was in served[0].items():
            expected = None if was is served[1][key] else "newly allowed" if served[1][key] else "newly denied"
            assert told.get(key) == expected, (before, draft, key)


async def test_entities_and_namespaces() -> None:
    """An entity's policies and its groups' count as they are now, and a gone entity is unknown."""
    server = await started()
    await server.ok("POST", "sys/namespaces/team", {})
    await server.ok("POST", "team/sys/mounts/kv", {"type": "kv"})
    entity = (await server.ok("POST", "identity/entity", {"policies": ["p"]})).data["id"]
    draft = {"p": 'path "kv/a" { capabilities = ["read"] } path "team/kv/a" { capabilities = ["read"] }'}
    requests = [
        {"operation": "read", "path": "kv/a", "entity_id": entity},
        {"operation": "read", "path": "kv/a", "entity_id": "gone"},
        {"operation": "read", "path": "kv/a", "namespace": "team", "policies": ["p"], "token_namespace": "root"},
        {"operation": "read", "path": "kv/a", "namespace": "team", "policies": ["p"]},
        {"operation": "read", "path": "kv/a", "namespace": "nowhere", "policies": ["p"]},
    ]
    data = await simulated(server, draft, *requests)
    changes = [each["change"] for each in data["requests"]]
    assert changes == ["newly allowed", "unknown", "newly allowed", "unknown"]
    assert data["totals"]["unchanged"] == 1  # that of a policy of the same name in another namespace


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"policies": {"p": READ}},
        {"policies": {}, "requests": [{"operation": "read", "path": "a"}]},
        {"policies": {"p": "nonsense {"}, "requests": [{"operation": "read", "path": "a"}]},
        {"policies": {"p": 5}, "requests": [{"operation": "read", "path": "a"}]},
        {"policies": {"root": READ}, "requests": [{"operation": "read", "path": "a"}]},
        {"policies": {"p": READ}, "requests": [{"operation": "fly", "path": "a"}]},
        {"policies": {"p": READ}, "requests": [{"operation": "read", "path": "a", "count": 0}]},
        {"policies": {"p": READ}, "requests": [{"operation": "read", "path": "a"}] * 1001},
        {"policies": {f"p{number}": READ for number in range(101)}, "requests": [{"operation": "read", "path": "a"}]},
    ],
)
async def test_bad_drafts_are_refused(body: dict[str, object]) -> None:
    """A clear 400, before anything is judged."""
    server = await Server.start()
    refused = await server.ask("POST", SIMULATE, body)
    assert (refused.status, bool(refused.error)) == (400, True)


async def test_a_draft_leaves_nothing_behind() -> None:
    """What a simulation has looked at counts for no request: here, whether a policy asks what a login has said."""
    server = await started()
    templated = 'path "kv/{{identity.entity.aliases.x.metadata.a}}" { capabilities = ["read"] }'
    await server.ok("PUT", "sys/policies/acl/p", {"policy": templated})
    policies = server.services.policies
    drafted = DraftPolicies(policies, ROOT.id, {"p": None})

    async def asks(txn: Transaction) -> tuple[bool, bool]:
        granted = ((ROOT.id, ("p",)),)
        return await drafted.asks_of_login(txn, granted), await policies.asks_of_login(txn, granted)

    assert await transact(server.services.barrier, asks) == (True, True)
