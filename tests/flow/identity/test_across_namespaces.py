"""Entities of a namespace in groups of namespaces below: what that gives, and where it ends."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.sdk import TokenSettings
from tests.flow.identity.people import People

CALLBACK = "https://app.example/cb"


async def _tree(*names: str) -> People:
    """Namespaces with a secret at `kv/it`, and a policy `it` to read it."""
    people = await People.start()
    for name in names:
        await people.node.ok("POST", f"sys/namespaces/{name}")
        await people.node.ok("POST", f"{name}/sys/mounts/kv", {"type": "kv"})
        await people.node.ok("POST", f"{name}/kv/it", {"x": "y"})
        await people.node.ok(
            "PUT", f"{name}/sys/policies/acl/it", {"policy": 'path "kv/it" { capabilities = ["read"] }'}
        )
    return people


async def _group(people: People, place: str, name: str = "g", **fields: Any) -> str:
    made = await people.node.ok("POST", f"{place}/identity/group", {"name": name, "policies": "it", **fields})
    return str(made.data["id"])


async def _status(people: People, path: str, token: str) -> int:
    return (await people.node.ask("GET", path, token=token)).status


async def test_a_group_below_gives_its_policies_there_only() -> None:
    """And below, to somebody from above, also by a group of groups.  Not beside it, nor above."""
    people = await _tree("team", "other")
    auth = await people.login("ann")
    entity, token = auth["entity_id"], auth["client_token"]
    inner = await _group(people, "team", "inner", member_entity_ids=[entity])
    await _group(people, "team", "outer", member_group_ids=[inner])
    await people.node.ok("POST", f"team/identity/group/id/{inner}", {"policies": []})
    await _group(people, "other")
    assert await _status(people, "team/kv/it", token) == 200
    assert await _status(people, "other/kv/it", token) == 403
    assert await people.reads(token) == set()
    await people.node.ok("POST", "team/sys/namespaces/web")
    await people.node.ok("POST", "team/web/sys/mounts/kv", {"type": "kv"})
    await people.node.ok("POST", "team/web/kv/it", {"x": "y"})
    assert await _status(people, "team/web/kv/it", token) == 403
    rules = 'path "kv/it" { capabilities = ["read"] } path "web/kv/it" { capabilities = ["read"] }'
    await people.node.ok("PUT", "team/sys/policies/acl/it", {"policy": rules})
    assert await _status(people, "team/web/kv/it", token) == 200
    await people.node.ok("POST", f"team/identity/group/id/{inner}/members", {"remove": entity})
    assert [await _status(people, path, token) for path in ("team/kv/it", "team/web/kv/it")] == [403, 403]


async def test_a_group_takes_nobody_from_below_or_beside() -> None:
    """Only entities of its own namespace and of those above, whichever path is asked."""
    people = await _tree("team", "other")
    below = (await people.node.ok("POST", "team/identity/entity", {"name": "ann"})).data["id"]
    for place in ("", "other/"):
        made = await people.node.ok("POST", f"{place}identity/group", {"name": "g"})
        group = f"{place}identity/group/id/{made.data['id']}"
        for path, body in ((group, {"member_entity_ids": [below]}), (f"{group}/members", {"add": [below]})):
            assert (await people.node.ask("POST", path, body)).status == 400


@pytest.mark.parametrize("how", ["delete", "batch-delete", "disable", "merge"])
async def test_what_ends_above_ends_below(how: str) -> None:
    """With the entity go its rights below, and no other entity gets them.  A child token there ends with it."""
    people = await _tree("team")
    auth = await people.login("ann", token=TokenSettings(ttl_s=3600, policies=("maker",)))
    entity, token = auth["entity_id"], auth["client_token"]
    await _group(people, "team", member_entity_ids=[entity])
    rules = 'path "auth/token/create" { capabilities = ["update"] }'
    await people.node.ok("PUT", "sys/policies/acl/maker", {"policy": rules})
    child = (await people.node.ok("POST", "auth/token/create", {}, token)).body["auth"]["client_token"]
    assert [await _status(people, "team/kv/it", each) for each in (token, child)] == [200, 200]
    other = await people.entity("other")
    match how:
        case "delete":
            await people.node.ok("DELETE", f"identity/entity/id/{entity}")
        case "batch-delete":
            await people.node.ok("POST", "identity/entity/batch-delete", {"entity_ids": [entity]})
        case "disable":
            await people.node.ok("POST", f"identity/entity/id/{entity}", {"disabled": True})
        case _:
            wanted = {"from_entity_ids": [entity], "to_entity_id": other}
            await people.node.ok("POST", "identity/entity/merge", wanted)
    assert [await _status(people, "team/kv/it", each) for each in (token, child)] == [403, 403]
    if how != "disable":
        again = await people.login("ann")
        assert again["entity_id"] != entity
        assert await _status(people, "team/kv/it", again["client_token"]) == 403
    await people.settle()
    assert [await _status(people, "team/kv/it", each) for each in (token, child)] == [403, 403]


async def test_ids_and_made_up_names_end_in_their_namespace() -> None:
    """Of entities, aliases, groups and groups' aliases, whether an administrator or a login has made them."""
    people = await _tree("team")
    id_ = (await people.node.ok("GET", "sys/namespaces/team")).data["id"]
    await people.node.ok("POST", "team/sys/mounts/probe", {"type": "probe"})
    accessor = (await people.node.ok("GET", "team/sys/mounts/probe")).data["accessor"]
    entity = (await people.login("ann", "team/probe"))["entity_id"]
    shown = (await people.node.ok("GET", f"team/identity/entity/id/{entity}")).data
    made = (await people.node.ok("POST", "team/identity/entity", {})).data
    group = (await people.node.ok("POST", "team/identity/group", {"type": "external"})).data
    wanted = {"name": "devs", "mount_accessor": accessor, "canonical_id": group["id"]}
    alias = (await people.node.ok("POST", "team/identity/group-alias", wanted)).data["id"]
    found = [entity, shown["name"], shown["aliases"][0]["id"], made["id"], made["name"], group["id"], group["name"]]
    assert [each for each in (*found, alias) if not each.endswith(f".{id_}")] == []
    in_root = await people.entity()
    assert "." not in in_root + (await people.node.ok("GET", f"identity/entity/id/{in_root}")).data["name"]


async def test_a_child_token_has_the_metadata_of_its_parents_login() -> None:
    """In templates of its own namespace and of one below, also after another login of the same alias."""
    people = await _tree("team")
    template = f'path "kv/{{{{identity.entity.aliases.{people.accessor}.metadata.place}}}}" '
    for place, name in (("", "own"), ("team/", "it")):
        rules = template + '{ capabilities = ["read"] }'
        await people.node.ok("PUT", f"{place}sys/policies/acl/{name}", {"policy": rules})
    rules = 'path "auth/token/create" { capabilities = ["update"] }'
    await people.node.ok("PUT", "sys/policies/acl/maker", {"policy": rules})
    settings = TokenSettings(ttl_s=3600, policies=("maker", "own"))
    first = await people.login("ann", alias_metadata={"place": "it"}, token=settings)
    await people.node.ok("POST", "kv/it", {"x": "y"})
    await _group(people, "team", member_entity_ids=[first["entity_id"]])
    made = await people.node.ok("POST", "auth/token/create", {}, first["client_token"])
    child = made.body["auth"]["client_token"]
    second = await people.login("ann", alias_metadata={"place": "other"}, token=settings)
    for token, statuses in ((child, [200, 200, 403]), (second["client_token"], [403, 403, 200])):
        assert [await _status(people, path, token) for path in ("kv/it", "team/kv/it", "kv/other")] == statuses


async def test_a_lookup_names_the_policies_of_the_tokens_own_namespace() -> None:
    """Those of groups below aren't among them, as with the peer, which has no such groups."""
    people = await _tree("team")
    auth = await people.login("ann")
    await people.node.ok("POST", f"identity/entity/id/{auth['entity_id']}", {"policies": "entitys"})
    await _group(people, "team", member_entity_ids=[auth["entity_id"]])
    for path in ("auth/token/lookup-self", "team/auth/token/lookup-self"):
        found = (await people.node.ok("GET", path, token=auth["client_token"])).data
        assert (found["identity_policies"], found["external_namespace_policies"]) == (["entitys"], {})


async def test_nobody_from_above_logs_in_at_a_provider_below() -> None:
    """A client that is open to all there isn't open to an entity of the parent, in a group there or not."""
    people = await _tree("team")
    auth = await people.login("ann")
    group = await _group(people, "team", member_entity_ids=[auth["entity_id"]])
    rules = 'path "identity/oidc/provider/default/authorize" { capabilities = ["read", "update"] }'
    await people.node.ok("PUT", "team/sys/policies/acl/it", {"policy": rules})
    wanted = {"entity_ids": [auth["entity_id"]], "group_ids": [group]}
    await people.node.ok("POST", "team/identity/oidc/assignment/who", wanted)
    for assignment in ("allow_all", "who"):
        settings = {"redirect_uris": [CALLBACK], "assignments": [assignment]}
        await people.node.ok("POST", "team/identity/oidc/client/app", settings)
        client = (await people.node.ok("GET", "team/identity/oidc/client/app")).data["client_id"]
        query = f"response_type=code&scope=openid&client_id={client}&redirect_uri={CALLBACK}&state=x"
        path = f"team/identity/oidc/provider/default/authorize?{query}"
        answer = await people.node.ask("GET", path, token=auth["client_token"])
        assert (answer.status, "code" in answer.body) == (400, False), answer.body
        assert answer.body["error"] == "access_denied"
