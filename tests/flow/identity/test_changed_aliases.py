"""Aliases that get another mount or name."""

from __future__ import annotations

import pytest

from tests.flow.identity.people import People


async def second(people: People) -> str:
    """The accessor of another auth mount."""
    await people.node.ok("POST", "sys/auth/up", {"type": "userpass"})
    accessor: str = (await people.node.ok("GET", "sys/auth/up")).data["accessor"]
    return accessor


async def alias_of(people: People, entity: str) -> str:
    """The id of the entity's first alias."""
    return str((await people.node.ok("GET", f"identity/entity/id/{entity}")).data["aliases"][0]["id"])


async def test_an_alias_can_go_to_another_mount() -> None:
    """From then on its entity logs in there, and whoever has the name in the old mount is somebody else."""
    people = await People.start()
    entity = (await people.login("ann"))["entity_id"]
    accessor, alias = await second(people), await alias_of(people, entity)
    moved = await people.node.ok("POST", f"identity/entity-alias/id/{alias}", {"mount_accessor": accessor})
    assert moved.data == {"canonical_id": entity, "id": alias}
    seen = (await people.node.ok("GET", f"identity/entity-alias/id/{alias}")).data
    assert (seen["mount_accessor"], seen["mount_path"], seen["name"]) == (accessor, "auth/up/", "ann")
    assert len((await people.node.ok("GET", f"identity/entity/id/{entity}")).data["aliases"]) == 1
    await people.node.ok("POST", "auth/up/users/ann", {"password": "pw"})
    login = await people.node.ok("POST", "auth/up/login/ann", {"password": "pw"}, "")
    assert login.body["auth"]["entity_id"] == entity
    assert (await people.login("ann"))["entity_id"] != entity


async def test_mount_name_and_entity_change_in_one_request() -> None:
    """Nothing of the alias stays where it was."""
    people = await People.start()
    entity, other = (await people.login("ann"))["entity_id"], await people.entity("other")
    accessor, alias = await second(people), await alias_of(people, entity)
    change = {"mount_accessor": accessor, "name": "anna", "canonical_id": other}
    await people.node.ok("POST", f"identity/entity-alias/id/{alias}", change)
    assert not (await people.node.ok("GET", f"identity/entity/id/{entity}")).data["aliases"]
    (seen,) = (await people.node.ok("GET", f"identity/entity/id/{other}")).data["aliases"]
    assert (seen["id"], seen["name"], seen["mount_accessor"]) == (alias, "anna", accessor)
    assert (await people.login("ann"))["entity_id"] not in {entity, other}


@pytest.mark.parametrize(
    "wanted", [{"mount_accessor": "nope"}, {"name": "bob"}, {}], ids=["unknown", "taken", "second"]
)
async def test_a_mount_where_an_alias_has_no_place_is_refused(wanted: dict[str, str]) -> None:
    """An unknown mount, a name that is taken there, and a mount in which the entity has an alias already."""
    people = await People.start()
    entity = (await people.login("ann"))["entity_id"]
    accessor, alias = await second(people), await alias_of(people, entity)
    bob = await people.entity("bob")
    place = {"mount_accessor": accessor}
    await people.node.ok("POST", "identity/entity-alias", {"name": "bob", "canonical_id": bob, **place})
    await people.node.ok("POST", "identity/entity-alias", {"name": "ann2", "canonical_id": entity, **place})
    refused = await people.node.ask("POST", f"identity/entity-alias/id/{alias}", {**place, **wanted})
    assert refused.status == 400
    assert (await people.login("ann"))["entity_id"] == entity
