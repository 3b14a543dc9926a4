"""Several entities become one."""

from __future__ import annotations

from typing import Any

from tests.flow.identity.people import People


async def _merge(people: People, to: str, *sources: str, **fields: Any) -> Any:
    wanted = {"to_entity_id": to, "from_entity_ids": list(sources), **fields}
    return await people.node.ask("POST", "identity/entity/merge", wanted)


async def test_aliases_groups_and_living_tokens_move() -> None:
    """Tokens of what was merged act for what it became, and later logins too."""
    people = await People.start()
    await people.mount("second")
    ann = (await people.login("ann"))["entity_id"]
    other = await people.login("ann2", "second")
    await people.group("team", policies="groups", member_entity_ids=[other["entity_id"]])
    await people.node.ok("POST", f"identity/entity/id/{ann}", {"policies": "entitys"})
    await people.node.ok("POST", f"identity/entity/id/{other['entity_id']}", {"policies": "other"})
    assert (await _merge(people, ann, other["entity_id"], other["entity_id"])).status == 204
    entity = (await people.node.ok("GET", f"identity/entity/id/{ann}")).data
    assert entity["merged_entity_ids"] == [other["entity_id"]]
    assert entity["policies"] == ["entitys"]
    assert {alias["name"]: alias["merged_from_canonical_ids"] for alias in entity["aliases"]} == {
        "ann": None,
        "ann2": [other["entity_id"]],
    }
    assert (await people.node.ask("GET", f"identity/entity/id/{other['entity_id']}")).status == 404
    assert await people.reads(other["client_token"]) == {"entitys", "groups"}
    assert (await people.login("ann2", "second"))["entity_id"] == ann
    await people.node.ok("POST", f"identity/entity/id/{ann}", {"disabled": True})
    assert await people.reads(other["client_token"]) == set()
    await people.node.ok("DELETE", f"identity/entity/id/{ann}")
    assert await people.reads(other["client_token"]) == set()


async def test_tokens_of_a_disabled_entity_stay_without_rights() -> None:
    """A merge doesn't give them those of another entity; nor tokens of what was merged into the disabled one before."""
    people = await People.start()
    for mount in ("second", "third"):
        await people.mount(mount)
    ann = (await people.login("ann"))["entity_id"]
    await people.node.ok("POST", f"identity/entity/id/{ann}", {"policies": "entitys"})
    stolen, older = await people.login("ann2", "second"), await people.login("ann3", "third")
    assert (await _merge(people, stolen["entity_id"], older["entity_id"])).status == 204
    await people.node.ok("POST", f"identity/entity/id/{stolen['entity_id']}", {"disabled": True})
    assert (await _merge(people, ann, stolen["entity_id"])).status == 204
    for login in (stolen, older):
        assert await people.reads(login["client_token"]) == set()
        assert (await people.node.ask("GET", "auth/token/lookup-self", None, login["client_token"])).status == 403
    later = await people.login("ann2", "second")
    assert later["entity_id"] == ann
    assert "entitys" in await people.reads(later["client_token"])


async def test_of_two_aliases_in_one_mount_the_request_says_which_stays() -> None:
    """Without a word it is refused, and changes nothing; with one, exactly the named alias stays."""
    people = await People.start()
    ids = [(await people.login(name))["entity_id"] for name in ("a", "b", "c")]
    aliases = [(await people.node.ok("GET", f"identity/entity/id/{id_}")).data["aliases"][0]["id"] for id_ in ids]
    before = people.node.rows()
    for answer in (
        await _merge(people, ids[0], ids[1]),
        await _merge(people, ids[0], ids[1], force=True),
        await _merge(people, ids[0], ids[1], conflicting_alias_ids_to_keep=["nope"]),
        await _merge(people, ids[0], ids[1], conflicting_alias_ids_to_keep=aliases[:2]),
        await _merge(people, ids[0], ids[1], ids[2], conflicting_alias_ids_to_keep=aliases),
    ):
        assert answer.status == 400
        assert people.node.rows() == before
    assert (await _merge(people, ids[0], ids[1], conflicting_alias_ids_to_keep=[aliases[1]])).status == 204
    entity = (await people.node.ok("GET", f"identity/entity/id/{ids[0]}")).data
    assert [alias["name"] for alias in entity["aliases"]] == ["b"]
    assert (await people.login("b"))["entity_id"] == ids[0]
    assert (await people.login("a"))["entity_id"] not in ids


async def test_an_entity_is_not_merged_into_itself() -> None:
    """Nor into one that isn't there."""
    people = await People.start()
    ann = (await people.login("ann"))["entity_id"]
    before = people.node.rows()
    assert (await _merge(people, ann, ann)).status == 400
    assert (await _merge(people, ann, "nope")).status == 400
    assert (await _merge(people, "nope", ann)).status == 400
    assert (await _merge(people, ann, *map(str, range(17)))).status == 400
    assert people.node.rows() == before


async def test_a_chain_of_merges_is_followed() -> None:
    """However often the entity of a token was merged on."""
    people = await People.start()
    for name in ("m1", "m2", "m3"):
        await people.mount(name)
    auths = [await people.login("x", mount) for mount in ("probe", "m1", "m2", "m3")]
    ids = [auth["entity_id"] for auth in auths]
    for source, to in ((0, 1), (1, 2), (2, 3)):
        assert (await _merge(people, ids[to], ids[source])).status == 204
    await people.node.ok("POST", f"identity/entity/id/{ids[3]}", {"policies": "entitys"})
    for auth in auths:
        assert await people.reads(auth["client_token"]) == {"entitys"}
