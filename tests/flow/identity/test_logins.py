"""Logins and entities."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.flow.identity.people import People

OF_LOGIN = 'path "kv/{{identity.entity.aliases.%s.metadata.place}}" { capabilities = ["read"] }'
CUSTOM = 'path "kv/{{identity.entity.aliases.%s.custom_metadata.place}}" { capabilities = ["read"] }'
GROUP = 'path "kv/{{identity.groups.names.team.metadata.place}}" { capabilities = ["read"] }'


async def test_two_first_logins_at_once_make_one_entity() -> None:
    """On two workers, ten times each."""
    people = await People.start()
    peer = await people.node.peer()
    for node in (people.node, peer):
        node.probe.granted = {"alias": "ann"}
    answers = await asyncio.gather(
        *(node.ask("POST", "probe/open/ann", {}, "") for _ in range(10) for node in (people.node, peer))
    )
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["auth"]["entity_id"] for answer in answers}) == 1
    assert len(people.rows("/entity/")) == len(people.rows("/alias/")) == len(people.rows("/alias-id/")) == 1


async def test_a_login_never_merges() -> None:
    """The same name at another mount is somebody else."""
    people = await People.start()
    await people.mount("second")
    first, other = await people.login("ann"), await people.login("ann", "second")
    assert first["entity_id"] != other["entity_id"]


async def test_upper_and_lower_case_are_the_same_person_in_ascii_only() -> None:
    """The Kelvin sign's lower case is a plain k: whoever gets such a name from a directory is nobody else for it."""
    people = await People.start()
    kim = await people.login("kim")
    assert (await people.login("KIM"))["entity_id"] == kim["entity_id"]
    assert (await people.login("\u212aim"))["entity_id"] != kim["entity_id"]


async def test_a_mount_may_take_only_those_who_are_known() -> None:
    """With `identity_creation` set to `existing`, a stranger is refused, and leaves no row."""
    people = await People.start()
    node = people.node
    await node.ok("POST", "sys/auth/people", {"type": "userpass", "config": {"identity_creation": "existing"}})
    await node.ok("POST", "auth/people/users/ann", {"password": "p"})
    tuned = (await node.ok("GET", "sys/auth/people/tune")).data
    assert tuned["identity_creation"] == "existing"
    before = set(people.rows(""))
    refused = await node.ask("POST", "auth/people/login/ann", {"password": "p"}, "")
    assert (refused.status, set(people.rows(""))) == (403, before)
    accessor = (await node.ok("GET", "sys/auth/people")).data["accessor"]
    entity = (await node.ok("POST", "identity/entity-alias", {"name": "Ann", "mount_accessor": accessor})).data
    auth = (await node.ok("POST", "auth/people/login/ann", {"password": "p"}, "")).body["auth"]
    assert auth["entity_id"] == entity["canonical_id"]
    await node.ok("POST", "sys/auth/people/tune", {"identity_creation": "auto"})
    assert "identity_creation" not in (await node.ok("GET", "sys/auth/people/tune")).data
    assert (await node.ask("POST", "sys/auth/people/tune", {"identity_creation": "never"})).status == 400


async def test_metadata_of_an_alias_is_that_of_the_latest_login() -> None:
    """And its own metadata stays through all of them."""
    people = await People.start()
    auth = await people.login("ann", alias_metadata={"place": "a"})
    (alias,) = (await people.node.ok("GET", f"identity/entity/id/{auth['entity_id']}")).data["aliases"]
    assert alias["metadata"] == {"place": "a"}
    await people.node.ok("POST", f"identity/entity-alias/id/{alias['id']}", {"custom_metadata": {"k": "v"}})
    await people.login("ann", alias_metadata={"place": "b"})
    (alias,) = (await people.node.ok("GET", f"identity/entity/id/{auth['entity_id']}")).data["aliases"]
    assert (alias["metadata"], alias["custom_metadata"]) == ({"place": "b"}, {"k": "v"})


async def test_a_token_keeps_the_metadata_of_its_own_login_in_templates() -> None:
    """Another login of the same alias opens and closes nothing for it, nor for its children."""
    people = await People.start()
    await people.node.ok("PUT", "sys/policies/acl/of-login", {"policy": OF_LOGIN % people.accessor})
    first = await people.login("app", alias_metadata={"place": "own"})
    await people.node.ok("POST", f"identity/entity/id/{first['entity_id']}", {"policies": "of-login"})
    second = await people.login("app", alias_metadata={"place": "other"})
    assert await people.reads(first["client_token"]) == {"own"}
    assert await people.reads(second["client_token"]) == {"other"}
    acl = await people.node.ok("GET", "sys/internal/ui/resultant-acl", token=first["client_token"])
    assert "kv/own" in acl.data["exact_paths"]
    assert "kv/other" not in acl.data["exact_paths"]


async def test_custom_metadata_and_groups_are_live_in_templates() -> None:
    """Administrators set these, so that tokens follow them at once."""
    people = await People.start()
    node = people.node
    await node.ok("PUT", "sys/policies/acl/custom", {"policy": (CUSTOM % people.accessor) + GROUP})
    auth = await people.login("ann")
    token, id_ = auth["client_token"], auth["entity_id"]
    await node.ok("POST", f"identity/entity/id/{id_}", {"policies": "custom"})
    (alias,) = (await node.ok("GET", f"identity/entity/id/{id_}")).data["aliases"]
    assert await people.reads(token) == set()
    await node.ok("POST", f"identity/entity-alias/id/{alias['id']}", {"custom_metadata": {"place": "own"}})
    assert await people.reads(token) == {"own"}
    group = await people.group("team", metadata={"place": "other"}, member_entity_ids=[id_])
    assert await people.reads(token) == {"own", "other"}
    await node.ok("POST", f"identity/group/id/{group}", {"metadata": {"place": "outer"}})
    assert await people.reads(token) == {"own", "outer"}


async def test_the_time_of_the_last_login_is_written_once_a_day() -> None:
    """Who wasn't seen for a time can be listed."""
    people = await People.start()
    auth = await people.login("ann")
    path = f"identity/entity/id/{auth['entity_id']}"
    first = (await people.node.ok("GET", path)).data["last_login_time"]
    people.clock.advance(3600)
    await people.login("ann")
    assert (await people.node.ok("GET", path)).data["last_login_time"] == first
    people.clock.advance(86_400)
    await people.login("ann")
    assert (await people.node.ok("GET", path)).data["last_login_time"] != first
    people.clock.advance(80 * 86_400)
    eve = await people.login("eve")
    people.clock.advance(11 * 86_400)
    found = (await people.node.ok("LIST", "identity/entity/id?unseen_for=90d")).data["keys"]
    assert found == [auth["entity_id"]]
    assert len((await people.node.ok("LIST", "identity/entity/id")).data["keys"]) == 2
    assert (await people.node.ask("LIST", "identity/entity/id?unseen_for=200d")).status == 404
    assert eve["entity_id"] != auth["entity_id"]


async def test_a_disabled_entity_can_neither_log_in_nor_change_its_groups() -> None:
    """The login changes nothing."""
    people = await People.start()
    await people.external("devs", "devs", policies="groups")
    auth = await people.login("ann")
    await people.node.ok("POST", f"identity/entity/id/{auth['entity_id']}", {"disabled": True})
    before = people.node.rows()
    assert (await people.try_login("ann", group_aliases=("devs",))).status == 403
    assert people.node.rows() == before


async def test_a_login_may_demand_a_group_that_is_mapped_here() -> None:
    """Without one it is refused, and leaves no row; group aliases of other mounts don't help."""
    people = await People.start()
    node = people.node
    elsewhere = await people.mount("second")
    group = (await node.ok("POST", "identity/group", {"name": "team", "type": "external"})).data
    alias = {"name": "devs", "mount_accessor": elsewhere, "canonical_id": group["id"]}
    alias_id = (await node.ok("POST", "identity/group-alias", alias)).data["id"]
    before = set(people.rows(""))
    for groups in (None, (), ("devs",), ("others", "devs")):
        node.probe.granted = {"alias": "ann", "group_aliases": groups, "group_required": True}
        refused = await node.ask("POST", "probe/open/ann", {}, "")
        assert refused.status == 403
        assert refused.body["errors"] == ["no group of this login is mapped here"]
    assert set(people.rows("")) == before
    await node.ok("POST", f"identity/group-alias/id/{alias_id}", {**alias, "mount_accessor": people.accessor})
    node.probe.granted = {"alias": "ann", "group_aliases": ("others", "Devs"), "group_required": True}
    entity = (await node.ok("POST", "probe/open/ann", {}, "")).body["auth"]["entity_id"]
    assert (await node.ok("GET", f"identity/entity/id/{entity}")).data["group_ids"] == [group["id"]]


async def test_a_login_names_the_policies_of_its_own_moment() -> None:
    """Another login of somebody who is known tells what entity and groups have now, on every node."""
    people = await People.start()
    node, peer = people.node, await people.node.peer()
    ann = (await people.login("ann"))["entity_id"]
    group = await people.group("team", policies="groups", member_entity_ids=[ann])
    steps: list[tuple[str, dict[str, Any], list[str]]] = [
        (f"identity/group/id/{group}", {"policies": "outer"}, ["outer"]),
        (f"identity/entity/id/{ann}", {"policies": "entitys"}, ["entitys", "outer"]),
        (f"identity/group/id/{group}", {"member_entity_ids": []}, ["entitys"]),
        (f"identity/entity/id/{ann}", {"policies": []}, []),
    ]
    assert (await people.login("ann"))["identity_policies"] == ["groups"]
    for path, body, wanted in steps:
        await peer.ok("POST", path, body)
        for each in (node, peer):
            assert (await people.login("ann", node=each)).get("identity_policies", []) == wanted
