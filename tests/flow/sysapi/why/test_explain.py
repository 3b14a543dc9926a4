"""`sys/policies/explain`: the verdict of the pipeline, and what it was made by."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.flow.sysapi.system_server import ROOT, Server

EXPLAIN = "sys/policies/explain"
_SEGMENTS = ("a", "b", "ab", "A")
_CAPABILITIES = ("create", "read", "update", "delete", "list")
_METHODS = {"read": "GET", "write": "PUT", "delete": "DELETE", "list": "LIST"}


def rules(drawn: random.Random) -> str:
    """A policy whose rules meet often."""
    blocks = []
    for _ in range(drawn.randint(1, 6)):
        segments = [drawn.choice((*_SEGMENTS, "+")) for _ in range(drawn.randint(1, 3))]
        path = "/".join(["kv", *segments]) + drawn.choice(("", "/*", "*") if segments[-1] != "+" else ("", "/*"))
        names = ["deny"] if drawn.random() < 0.2 else drawn.sample(_CAPABILITIES, drawn.randint(0, 3))
        blocks.append(f'path "{path}" {{ capabilities = {json.dumps(names)} }}')
    return "\n".join(blocks)


async def token_of(server: Server, **policies: str) -> tuple[str, str]:
    """A token with these new policies alone, and its accessor."""
    for name, text in policies.items():
        await server.ok("PUT", f"sys/policies/acl/{name}", {"policy": text})
    body = {"policies": list(policies), "no_default_policy": True}
    auth = (await server.ok("POST", "auth/token/create", body)).body["auth"]
    return auth["client_token"], auth["accessor"]


async def explained(server: Server, **body: object) -> Any:
    """The explanation."""
    return (await server.ok("POST", EXPLAIN, body)).data


async def test_the_verdict_is_the_pipelines() -> None:
    """For random policies, tokens and requests, what is explained as allowed is served, and the rest is refused."""
    server, drawn = await Server.start(), random.Random(15)
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    for number in range(40):
        token, accessor = await token_of(server, one=rules(drawn), two=rules(drawn))
        for _ in range(6):
            path = "/".join(["kv", *(drawn.choice(_SEGMENTS) for _ in range(drawn.randint(1, 3)))])
            operation = drawn.choice(tuple(_METHODS))
            there = (await server.ask("GET", path)).status == 200
            found = await explained(server, accessor=accessor, path=path, operation=operation)
            outcomes = {each["operation"]: each["allowed"] for each in found["outcomes"]}
            wanted = operation if operation != "write" else "update" if there or "create" not in outcomes else "create"
            status = (await server.ask(_METHODS[operation], path, {"x": "y"}, token=token)).status
            assert outcomes[wanted] is (status != 403), (number, path, operation, found)
            for each in found["outcomes"]:
                assert bool(each["reasons"]) is not each["allowed"]


async def test_which_rule_won_and_whose_it_is() -> None:
    """A token's own policies, its entity's, and those of groups with the way to them are told apart."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    for name, path in (("own", "*"), ("ours", "cubbyhole/*"), ("all", "cubbyhole/a/*")):
        text = f'path "{path}" {{ capabilities = ["read"] comment = "why not" }}'
        await server.ok("PUT", f"sys/policies/acl/{name}", {"policy": text})
    await server.ok("PUT", "auth/userpass/users/eva", {"password": "p", "token_policies": ["own", "lost"]})
    login = (await server.ok("PUT", "auth/userpass/login/eva", {"password": "p"})).body["auth"]
    entity = {"policies": ["ours"]}
    await server.ok("PUT", f"identity/entity/id/{login['entity_id']}", entity)
    inner = await server.ok("PUT", "identity/group/name/dev", {"member_entity_ids": [login["entity_id"]]})
    group = (await server.ok("GET", "identity/group/name/dev")).data["id"]
    assert inner.status in {200, 204}
    await server.ok("PUT", "identity/group/name/staff", {"member_group_ids": [group], "policies": ["all"]})
    found = await explained(server, token=login["client_token"], path="/v1/cubbyhole/a/b")
    assert found["verdict"] == "allowed"
    assert [(each["name"], each["in_force"], each["from"]) for each in found["policies"]] == [
        ("all", True, [{"by": "group", "names": ["dev", "staff"]}]),
        ("default", True, [{"by": "token"}]),
        ("lost", False, [{"by": "token"}]),
        ("ours", True, [{"by": "entity", "names": [(await entity_name(server, login["entity_id"]))]}]),
        ("own", True, [{"by": "token"}]),
    ]
    (outcome,) = found["outcomes"]
    assert (outcome["decided_by"], outcome["granted_by"]) == ("cubbyhole/a/*", ["all"])
    assert [(rule["policy"], rule["standing"]) for rule in outcome["rules"]] == [
        ("all", "decides"),
        ("default", "overruled"),
        ("ours", "overruled"),
        ("own", "overruled"),
    ]
    assert outcome["rules"][0]["comment"] == "why not"
    by_entity = await explained(server, entity_id=login["entity_id"], policies=["own"], path="cubbyhole/a/b")
    assert by_entity["outcomes"][0]["granted_by"] == ["all"]


async def entity_name(server: Server, entity_id: str) -> str:
    """The name that a login gave an entity."""
    return str((await server.ok("GET", f"identity/entity/id/{entity_id}")).data["name"])


@pytest.mark.parametrize(
    ("policy", "body", "reason"),
    [
        ("", {"path": "sys/mounts"}, "no rule covers the path"),
        ('path "sys/remount" { capabilities = ["update"] }', {"path": "sys/remount", "operation": "write"}, "sudo"),
        (
            'path "sys/mounts/x" { capabilities = ["create", "update"] denied_parameters = { type = ["kv"] } }',
            {"path": "sys/mounts/x", "operation": "write", "parameters": {"type": "kv"}},
            'the parameter "type" is denied',
        ),
        (
            'path "sys/mounts" { capabilities = ["read"] min_wrapping_ttl = "10s" }',
            {"path": "sys/mounts", "wrap_ttl": "5s"},
            "has to be wrapped, for 10 seconds at least",
        ),
        (
            'path "sys/policies/acl/x" { capabilities = ["read"] } path "sys/policy/x" { capabilities = ["deny"] }',
            {"path": "sys/policies/acl/X"},
            '"sys/policy/x" is another path of the same, and is denied',
        ),
        ('path "nowhere/*" { capabilities = ["read"] }', {"path": "nowhere/x"}, "no mount serves this path"),
    ],
)
async def test_what_lacks_is_told(policy: str, body: dict[str, object], reason: str) -> None:
    """The reason names what the request lacks, and never a value of it."""
    server = await Server.start()
    await server.ok("PUT", "sys/policies/acl/p", {"policy": policy or 'path "x" { capabilities = ["read"] }'})
    found = await explained(server, policies=["p"], **body)
    assert any(reason in each for each in found["outcomes"][0]["reasons"]), found


async def test_open_paths_and_root() -> None:
    """A path without a token needs no policy, and root needs no rule."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    login = await explained(server, policies=["default"], path="auth/userpass/login/eva", operation="write")
    assert (login["verdict"], login["outcomes"][0]["needs_token"]) == ("allowed", False)
    root = await explained(server, token=ROOT, path="sys/mounts")
    assert root["outcomes"][0]["reasons"] == ["the policy root allows everything"]


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({"policies": ["secret"]}, 'read on "sys/policies/acl/secret"'),
        ({"accessor": "ACCESSOR"}, 'update on "auth/token/lookup-accessor"'),
        ({"accessor": "nosuch"}, 'update on "auth/token/lookup-accessor"'),
        ({"token": "TOKEN"}, 'update on "auth/token/lookup"'),
        ({"token": "nosuch"}, 'update on "auth/token/lookup"'),
        ({"entity_id": "nosuch"}, 'read on "identity/entity/id/nosuch"'),
        ({"entity_name": "nosuch"}, 'read on "identity/entity/name/nosuch"'),
    ],
)
async def test_nobody_explains_what_they_may_not_look_up(body: dict[str, Any], missing: str) -> None:
    """The answer is the same whether or not there is such a token or entity."""
    server = await Server.start()
    await server.ok("PUT", "sys/policies/acl/secret", {"policy": 'path "x" { capabilities = ["read"] }'})
    asker, _ = await token_of(server, asks='path "sys/policies/explain" { capabilities = ["update"] }')
    other, accessor = await token_of(server, other='path "x" { capabilities = ["read"] }')
    filled = {name: {"ACCESSOR": accessor, "TOKEN": other}.get(str(value), value) for name, value in body.items()}
    refused = await server.ask("POST", EXPLAIN, {**filled, "path": "x"}, token=asker)
    assert refused.status == 403
    assert missing in refused.error


async def test_who_may_look_up_needs_the_policies_too() -> None:
    """A token's policies are explained only to who may read each of them."""
    server = await Server.start()
    asks = 'path "sys/policies/explain" { capabilities = ["update"] } path "auth/token/*" { capabilities = ["update"] }'
    asker, _ = await token_of(server, asks=asks)
    _, accessor = await token_of(server, other='path "x" { capabilities = ["read"] }')
    body = {"accessor": accessor, "path": "x"}
    assert 'read on "sys/policies/acl/' in (await server.ask("POST", EXPLAIN, body, token=asker)).error
    reader, _ = await token_of(server, reads=asks + 'path "sys/policies/acl/*" { capabilities = ["read"] }')
    assert (await server.ok("POST", EXPLAIN, body, token=reader)).data["verdict"] == "allowed"
    for unknown in ({"accessor": "nosuch"}, {"token": "nosuch"}):
        assert (await server.ask("POST", EXPLAIN, {**unknown, "path": "x"}, token=reader)).status in {400, 403}


async def test_a_look_up_that_needs_more_than_a_policy_is_none() -> None:
    """Who may look up only with a second factor, or with others' approval, doesn't get round it by asking why."""
    server = await Server.start()
    asks = 'path "sys/policies/explain" { capabilities = ["update"] }'
    _, accessor = await token_of(server, other='path "x" { capabilities = ["read"] }')
    for more in (
        'mfa_methods = ["totp"]',
        'control_group = { factor "a" { identity { group_names = ["b"] approvals = 1 } } }',
    ):
        looks = f'path "auth/token/lookup-accessor" {{ capabilities = ["update"] {more} }}'
        reads = 'path "sys/policies/acl/*" { capabilities = ["read"] }'
        asker, _ = await token_of(server, asks=asks + looks + reads)
        refused = await server.ask("POST", EXPLAIN, {"accessor": accessor, "path": "x"}, token=asker)
        assert (refused.status, "lookup-accessor" in refused.error) == (403, True)


async def test_root_needs_no_policy_to_be_read() -> None:
    """Everybody knows what the policy root allows, and it has no text."""
    server = await Server.start()
    asks = """
        path "sys/policies/explain" { capabilities = ["update"] }
        path "auth/token/lookup"    { capabilities = ["update"] }
    """
    asker, _ = await token_of(server, asks=asks)
    answer = await server.ok("POST", EXPLAIN, {"token": ROOT, "path": "x"}, token=asker)
    assert answer.data["verdict"] == "allowed"


async def test_every_token_explains_itself() -> None:
    """The default policy lets a token ask about itself; comments, which are the administrators', aren't shown."""
    server = await Server.start()
    token = await server.token('path "cubbyhole/a" { capabilities = ["deny"] comment = "Eva has to go" }')
    answer = await server.ok("POST", "sys/policies/explain-self", {"path": "cubbyhole/a"}, token=token)
    assert answer.data["outcomes"][0]["reasons"] == ['the rule for "cubbyhole/a" denies everything']
    assert "Eva" not in str(answer.body)


@pytest.mark.parametrize(
    "body",
    [
        {"policies": ["p"]},
        {"path": "x"},
        {"path": "x", "policies": ["p"], "operation": "fly"},
        {"path": "x", "policies": ["p"], "parameters": ["a"]},
        {"path": "x", "token": "t", "accessor": "a"},
        {"path": "x", "token": "t", "policies": ["p"]},
        {"path": "x", "policies": ["p"], "wrap_ttl": "-5s"},
        {"path": "x", "policies": [f"p{number}" for number in range(1001)]},
    ],
)
async def test_bad_questions_are_refused(body: dict[str, object]) -> None:
    """A question that names nobody, several, or nothing that could be asked is a clear 400."""
    server = await Server.start()
    refused = await server.ask("POST", EXPLAIN, body)
    assert refused.status == 400
    assert refused.error


async def test_namespaces() -> None:
    """A token of root acts below by its own policies, and one of another namespace can't act here at all."""
    server = await Server.start()
    for name in ("team", "other"):
        await server.ok("POST", f"sys/namespaces/{name}", {})
    await server.ok("PUT", "sys/policies/acl/below", {"policy": 'path "team/cubbyhole/*" { capabilities = ["read"] }'})
    found = await explained(server, policies=["below"], path="team/cubbyhole/a")
    assert (found["verdict"], found["namespace"], found["outcomes"][0]["path"]) == ("allowed", "team/", "cubbyhole/a")
    create = await server.ok("POST", "other/auth/token/create", {"policies": ["default"]})
    foreign = create.body["auth"]["client_token"]
    found = await explained(server, token=foreign, path="team/cubbyhole/a")
    assert "namespace that doesn't contain" in found["outcomes"][0]["reasons"][0]


@pytest.mark.parametrize("path", ["sys/health", "sys/seal-status", "sys/leader", "sys/init"])
async def test_what_is_served_to_everybody(path: str) -> None:
    """The state of the node needs no token, and isn't denied by a policy; below the root namespace it isn't served."""
    server = await Server.start()
    _, accessor = await token_of(server, none='path "*" { capabilities = ["deny"] }')
    await server.ok("POST", "sys/namespaces/a")
    found = await explained(server, accessor=accessor, path=path, operation="read")
    assert (found["verdict"], found["outcomes"][0]["needs_token"]) == ("allowed", False)
    assert found["outcomes"][0]["reasons"] == ["the path needs no token"]
    below = await explained(server, accessor=accessor, path=f"a/{path}", operation="read")
    assert (below["verdict"], below["namespace"]) == ("denied", "a/")
