"""`sys/policies/who-can`: everybody who is allowed a request, and nobody else."""

from __future__ import annotations

import random
from typing import Any

import pytest

from strongroom.sdk.engine import AuthMethod
from strongroom.server.builtin import AUTH_METHODS
from strongroom.sysapi.system.why import who_can
from tests.flow.sysapi.system_server import Server
from tests.flow.sysapi.why.test_explain import rules, token_of

WHO = "sys/policies/who-can"
READ = 'path "cubbyhole/a/*" { capabilities = ["read"] }'


async def found(server: Server, path: str, operation: str = "read", **body: object) -> list[dict[str, Any]]:
    """All who are found, by as many pages as it takes."""
    after, holders = "", list[dict[str, Any]]()
    while True:
        asked = {"path": path, "operation": operation, "after": after, **body}
        data = (await server.ok("POST", WHO, asked)).data
        holders += data["found"]
        after = data["after"]
        if not after:
            return holders


def names(holders: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Kind and name of each."""
    return {(each["kind"], each["name"]) for each in holders}


async def world() -> tuple[Server, dict[str, str]]:
    """A server with roles, groups, entities and tokens, some of whom may read `cubbyhole/a/b`."""
    server = await Server.start()
    for name, text in {
        "reads": READ,
        "else": 'path "cubbyhole/z" { capabilities = ["read"] }',
        "never": 'path "cubbyhole/a/b" { capabilities = ["deny"] }',
        "mine": 'path "cubbyhole/{{identity.entity.metadata.place}}/b" { capabilities = ["read"] }',
    }.items():
        await server.ok("PUT", f"sys/policies/acl/{name}", {"policy": text})
    await server.ok("PUT", "sys/policies/acl/default", {"policy": 'path "x" { capabilities = ["read"] }'})
    await server.ok("POST", "sys/auth/approle", {"type": "approle"})
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    for name, policies in (("yes", "reads"), ("no", "else"), ("both", "reads,never"), ("own", "mine")):
        await server.ok("POST", f"auth/approle/role/{name}", {"token_policies": policies})
        await server.ok("POST", f"auth/token/roles/{name}", {"allowed_policies": policies})
        await server.ok("POST", f"auth/userpass/users/{name}", {"password": "p", "token_policies": policies})
    ids = {}
    for name, place in (("ann", "a"), ("bob", "b"), ("eve", "b")):
        body = {"name": name, "policies": ["mine"], "metadata": {"place": place}}
        ids[name] = (await server.ok("POST", "identity/entity", body)).data["id"]
    await server.ok("PUT", "identity/group/name/inner", {"member_entity_ids": [ids["eve"]]})
    inner = (await server.ok("GET", "identity/group/name/inner")).data["id"]
    await server.ok("PUT", "identity/group/name/outer", {"member_group_ids": [inner], "policies": ["reads"]})
    return server, ids


async def test_each_kind_is_found_by_the_rights_it_really_has() -> None:
    """Roles by what they hand out, groups with those above, entities by their templates, tokens by all they have."""
    server, _ = await world()
    _, accessor = await token_of(server, reads=READ)
    _, denied = await token_of(server, reads=READ, never='path "cubbyhole/a/b" { capabilities = ["deny"] }')
    holders = await found(server, "cubbyhole/a/b")
    tokens = {each["name"] for each in holders if each["kind"] == "token"}
    assert names([each for each in holders if each["kind"] != "token"]) == {
        ("policy", "reads"),
        ("policy", "mine"),
        ("role", "yes"),
        ("role", "own"),
        ("group", "inner"),
        ("group", "outer"),
        ("entity", "ann"),
        ("entity", "eve"),
    }
    assert accessor in tokens
    assert denied not in tokens
    by_name = {(each["kind"], each.get("mount", ""), each["name"]): each for each in holders}
    assert by_name["role", "auth/approle/", "own"]["depends_on"] == ["identity.entity.metadata.place"]
    assert by_name["role", "auth/approle/", "own"]["certain"] is False
    assert by_name["role", "auth/token/", "yes"] == {
        "kind": "role",
        "name": "yes",
        "mount": "auth/token/",
        "type": "token",
        "of": "role",
        "operations": ["read"],
        "policies": ["reads"],
    }
    assert by_name["entity", "", "ann"]["policies"] == ["mine"]
    assert by_name["entity", "", "eve"]["policies"] == ["reads"]
    await server.ok("POST", "auth/token/revoke-accessor", {"accessor": accessor})
    assert accessor not in {each["name"] for each in await found(server, "cubbyhole/a/b", kinds=["token"])}


@pytest.mark.parametrize("limit", [1, 3, 1000])
async def test_pages_hold_everybody_once(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of a page, and however few rows one request looks at, all are found once."""
    server, _ = await world()
    whole = await found(server, "cubbyhole/a/b", limit=1000)
    monkeypatch.setattr(who_can, "LOOKED_AT", 4)
    assert await found(server, "cubbyhole/a/b", limit=limit) == whole
    assert len(names(whole)) > 8


async def test_tokens_are_those_that_the_pipeline_serves() -> None:
    """For random policies, exactly those tokens are found whose request isn't refused."""
    server, drawn = await Server.start(), random.Random(7)
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    tokens = {}
    for number in range(24):
        name = f"p{number}"
        token, accessor = await token_of(server, **{name: rules(drawn), f"{name}x": rules(drawn)})
        tokens[accessor] = token
    for path in ("kv/a", "kv/a/b", "kv/ab", "kv/b/A/a"):
        for operation, method in (("read", "GET"), ("delete", "DELETE"), ("list", "LIST")):
            served = {
                accessor
                for accessor, token in tokens.items()
                if (await server.ask(method, path, token=token)).status != 403
            }
            holders = await found(server, path, operation, kinds=["token"])
            assert {each["name"] for each in holders} & tokens.keys() == served, (path, operation)


async def test_conditions_and_both_outcomes_are_told() -> None:
    """What a request would have to hold is named, and whether a write may create, update, or both."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    text = 'path "kv/a" { capabilities = ["create"] required_parameters = ["x"] max_wrapping_ttl = "1m" }'
    await server.ok("PUT", "sys/policies/acl/makes", {"policy": text})
    (policy,) = await found(server, "kv/a", "write", kinds=["policy"])
    assert policy["operations"] == ["create"]
    assert policy["conditions"] == ["max_wrapping_ttl", "required_parameters"]
    assert await found(server, "kv/a", "update", kinds=["policy"]) == []


async def test_sudo_is_needed_where_the_path_needs_it() -> None:
    """Who lacks sudo can't, whatever else the rule grants; and who asks needs sudo too."""
    server = await Server.start()
    for name, more in (("half", ""), ("whole", ', "sudo"')):
        text = f'path "sys/remount" {{ capabilities = ["update"{more}] }}'
        await server.ok("PUT", f"sys/policies/acl/{name}", {"policy": text})
    holders = await found(server, "sys/remount", "update", kinds=["policy"])
    assert names(holders) == {("policy", "whole")}
    asker, _ = await token_of(server, asks=f'path "{WHO}" {{ capabilities = ["update"] }}')
    assert (await server.ask("POST", WHO, {"path": "x"}, token=asker)).status == 403


async def test_open_paths_are_everybodys() -> None:
    """A path that needs no token is told to be open to everybody, and nobody is listed."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    data = (await server.ok("POST", WHO, {"path": "auth/userpass/login/eva", "operation": "write"})).data
    assert (data["everybody"], data["found"]) == (True, [])


async def test_a_namespace_sees_its_own_and_those_below() -> None:
    """From root, those of root and of the namespace itself are found; from there, only its own."""
    server = await Server.start()
    await server.ok("POST", "sys/namespaces/team", {})
    await server.ok("PUT", "sys/policies/acl/above", {"policy": 'path "team/cubbyhole/a" { capabilities = ["read"] }'})
    await server.ok("PUT", "team/sys/policies/acl/inside", {"policy": 'path "cubbyhole/a" { capabilities = ["read"] }'})
    both = {("policy", "above"), ("policy", "inside"), ("policy", "default")}
    assert names(await found(server, "team/cubbyhole/a", kinds=["policy"])) == both
    body = {"path": "cubbyhole/a", "kinds": ["policy"]}
    inside = (await server.ok("POST", f"team/{WHO}", body)).data["found"]
    assert names(inside) == {("policy", "inside"), ("policy", "default")}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"path": "x", "operation": "fly"},
        {"path": "x", "limit": 0},
        {"path": "x", "limit": 1001},
        {"path": "x", "kinds": ["people"]},
        {"path": "x", "after": "nonsense"},
    ],
)
async def test_bad_questions_are_refused(body: dict[str, object]) -> None:
    """A clear 400."""
    server = await Server.start()
    assert (await server.ask("POST", WHO, body)).status == 400


@pytest.mark.parametrize("method", [method for name, method in AUTH_METHODS if name != "token"])
def test_every_auth_method_says_what_hands_out_policies(method: type[AuthMethod]) -> None:
    """Without it, nobody would be told of those who get a policy by this method."""
    assert issubclass(method, AuthMethod)
    assert method.hands_out
