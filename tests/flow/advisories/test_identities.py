"""Entities, aliases and groups: what went wrong elsewhere."""

from __future__ import annotations

from tests.flow.identity.people import People


async def test_cve_2020_10660_who_left_a_group_has_nothing_of_it() -> None:
    """Neither of an internal group, nor of an external one, nor of those above, with a token from before."""
    people = await People.start()
    node = people.node
    devs = await people.external("devs", "devs", policies="groups")
    auth = await people.login("ann", group_aliases=("devs",))
    team = await people.group("team", policies="own", member_entity_ids=[auth["entity_id"]])
    await people.group("above", policies="outer", member_group_ids=[team, devs])
    assert await people.reads(auth["client_token"]) == {"groups", "own", "outer"}
    await node.ok("POST", f"identity/group/id/{team}", {"member_entity_ids": []})
    assert await people.reads(auth["client_token"]) == {"groups", "outer"}
    await people.login("ann", group_aliases=())
    assert await people.reads(auth["client_token"]) == set()


async def test_cve_2021_41802_no_alias_joins_another_of_its_mount() -> None:
    """Who may write aliases can't have theirs at an entity that has one in the mount, by any path."""
    people = await People.start()
    node = people.node
    admin, eve = await people.login("admin"), await people.login("eve")
    await node.ok("POST", f"identity/entity/id/{admin['entity_id']}", {"policies": "other"})
    (alias,) = (await node.ok("GET", f"identity/entity/id/{eve['entity_id']}")).data["aliases"]
    wanted = {"name": "eve", "mount_accessor": people.accessor, "canonical_id": admin["entity_id"]}
    before = node.rows()
    for path, body in (
        (f"entity-alias/id/{alias['id']}", {"canonical_id": admin["entity_id"]}),
        (f"alias/id/{alias['id']}", {"entity_id": admin["entity_id"]}),
        (f"persona/id/{alias['id']}", {"entity_id": admin["entity_id"]}),
        ("entity-alias", wanted),
        ("entity-alias", {"id": alias["id"], "canonical_id": admin["entity_id"]}),
    ):
        assert (await node.ask("POST", f"identity/{path}", body)).status == 400
        assert node.rows() == before
    assert (await people.login("eve"))["entity_id"] == eve["entity_id"]
