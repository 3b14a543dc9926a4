"""Names and pages."""

from __future__ import annotations

import asyncio

import pytest

from tests.flow.identity.people import People


@pytest.mark.parametrize("noun", ["entity", "group"])
async def test_names_are_listed_in_pages(noun: str) -> None:
    """Sorted without regard to upper and lower case, as they were written last; `after` may name one that is gone."""
    people = await People.start()
    for name in ("b", "Ab", "aa", "c/d", "é", "a b"):
        await people.node.ok("POST", f"identity/{noun}", {"name": name})
    names = ["a b", "aa", "Ab", "b", "c/d", "é"]
    path = f"identity/{noun}/name"
    assert (await people.node.ok("LIST", path)).data["keys"] == names
    assert (await people.node.ok("LIST", f"{path}?limit=2")).data["keys"] == names[:2]
    assert (await people.node.ok("LIST", f"{path}?limit=2&after=AA")).data["keys"] == names[2:4]
    assert (await people.node.ok("LIST", f"{path}?after=ac")).data["keys"] == names[3:]
    assert (await people.node.ask("LIST", f"{path}?after=zz")).data["keys"] == ["é"]
    assert (await people.node.ok("GET", f"{path}/C/D")).data["name"] == "c/d"


async def test_every_listing_of_ids_has_pages() -> None:
    """With what is known of each."""
    people = await People.start()
    for number in range(5):
        await people.login(f"user{number}")
        await people.external(f"group{number}", f"g{number}")
    for path in ("entity/id", "entity-alias/id", "alias/id", "persona/id", "group/id", "group-alias/id"):
        every = (await people.node.ok("LIST", f"identity/{path}")).data
        assert len(every["keys"]) == 5
        assert set(every["key_info"]) == set(every["keys"])
        page = (await people.node.ok("LIST", f"identity/{path}?limit=2&after={every['keys'][1]}")).data
        assert page["keys"] == every["keys"][2:4]
        assert set(page["key_info"]) == set(page["keys"])
        assert (await people.node.ask("LIST", f"identity/{path}?after={every['keys'][-1]}")).status == 404


async def test_a_listing_without_end_says_that_there_is_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request reads everything."""
    monkeypatch.setattr("strongroom.services.identity.pages.MOST", 3)
    people = await People.start()
    for number in range(4):
        await people.entity(f"e{number}")
    for path in ("entity/id", "entity/name"):
        answer = await people.node.ok("LIST", f"identity/{path}")
        assert len(answer.data["keys"]) == 3
        assert answer.body["warnings"]
        assert not (await people.node.ok("LIST", f"identity/{path}?limit=2")).body.get("warnings")


@pytest.mark.parametrize("name", ["x" * 513, "a\nb", "\0", "\x7f"])
async def test_names_have_limits(name: str) -> None:
    """Of entities, groups and aliases of both."""
    people = await People.start()
    node = people.node
    external = await people.group("ext", type="external")
    for path, body in (
        ("entity", {}),
        ("group", {}),
        ("entity-alias", {"mount_accessor": people.accessor}),
        ("group-alias", {"mount_accessor": people.accessor, "canonical_id": external}),
    ):
        before = node.rows()
        assert (await node.ask("POST", f"identity/{path}", {"name": name, **body})).status == 400
        assert node.rows() == before


async def test_metadata_has_limits() -> None:
    """Number, names and values, of entities, groups and aliases."""
    people = await People.start()
    node = people.node
    for given in ({str(n): "x" for n in range(65)}, {"a" * 129: "b"}, {"a": "b" * 513}):
        for path in ("entity", "group"):
            assert (await node.ask("POST", f"identity/{path}", {"name": "x", "metadata": given})).status == 400
        wanted = {"name": "x", "mount_accessor": people.accessor, "custom_metadata": given}
        assert (await node.ask("POST", "identity/entity-alias", wanted)).status == 400
    assert not people.rows("/entity/", "/group/", "/alias/")


async def test_a_name_moves_with_its_entity() -> None:
    """The old one is free, the new one taken, and spelling it otherwise is no other name."""
    people = await People.start()
    node = people.node
    ann, bob = await people.entity("Ann"), await people.entity("bob")
    assert (await node.ask("POST", f"identity/entity/id/{bob}", {"name": "ANN"})).status == 400
    await node.ok("POST", f"identity/entity/id/{ann}", {"name": "ANN"})
    await node.ok("POST", f"identity/entity/id/{ann}", {"name": "Anna"})
    await node.ok("POST", f"identity/entity/id/{bob}", {"name": "ann"})
    assert (await node.ok("GET", "identity/entity/name/ANN")).data["id"] == bob
    assert (await node.ok("GET", "identity/entity/name/anna")).data["id"] == ann
    assert len(people.rows("/entity-name/")) == 2


async def test_an_alias_moves_and_is_renamed() -> None:
    """Its rows lead to it by both keys; the entity that had it has it no longer."""
    people = await People.start()
    node = people.node
    ann, bob = await people.entity("ann"), await people.entity("bob")
    wanted = {"name": "x", "mount_accessor": people.accessor, "canonical_id": ann}
    alias = (await node.ok("POST", "identity/entity-alias", wanted)).data["id"]
    await node.ok("POST", f"identity/entity-alias/id/{alias}", {"name": "y", "canonical_id": bob})
    assert (await node.ok("GET", f"identity/entity/id/{ann}")).data["aliases"] == []
    shown = (await node.ok("GET", f"identity/entity/id/{bob}")).data["aliases"]
    assert [(one["id"], one["name"]) for one in shown] == [(alias, "y")]
    assert (await people.login("y"))["entity_id"] == bob
    assert (await people.login("x"))["entity_id"] not in {ann, bob}
    other = {**wanted, "name": "z"}
    taken = (await node.ok("POST", "identity/entity-alias", other)).data["id"]
    assert (await node.ask("POST", f"identity/entity-alias/id/{taken}", {"name": "Y"})).status == 400
    assert (await node.ask("POST", f"identity/entity-alias/id/{taken}", {"canonical_id": bob})).status == 400
    assert len(people.rows("/alias-id/")) == len(people.rows("/alias/")) == 3


async def test_an_entity_has_a_bounded_number_of_aliases() -> None:
    """A hundred, one in a mount."""
    people = await People.start()
    ann = await people.entity("ann")
    for number in range(101):
        accessor = await people.mount(f"m{number}")
        wanted = {"name": "ann", "mount_accessor": accessor, "canonical_id": ann}
        answer = await people.node.ask("POST", "identity/entity-alias", wanted)
    assert answer.status == 400
    assert len((await people.node.ok("GET", f"identity/entity/id/{ann}")).data["aliases"]) == 100


async def test_a_hundred_entities_go_in_one_request() -> None:
    """With their aliases and memberships, in a store that takes few keys in a commit."""
    people = await People.start()
    ids = [(await people.login(f"user{number}"))["entity_id"] for number in range(100)]
    await people.group("everybody", member_entity_ids=ids)
    await people.node.ok("POST", "identity/entity/batch-delete", {"entity_ids": ids})
    assert (await people.node.ask("LIST", "identity/entity/id")).status == 404
    assert (await people.node.ask("LIST", "identity/entity-alias/id")).status == 404


async def test_a_name_that_templates_refuse_is_told() -> None:
    """The policy `default` has such a template, so that the entity's tokens may do nothing."""
    people = await People.start()
    auth = await people.login("ann")
    path = f"identity/entity/id/{auth['entity_id']}"
    answer = await people.node.ok("POST", path, {"name": "team/ann"})
    assert 'contains "/"' in answer.body["warnings"][0]
    assert (await people.node.ask("GET", "auth/token/lookup-self", token=auth["client_token"])).status == 403
    assert (await people.node.ok("POST", path, {"name": "ann"})).body is None
    assert (await people.node.ask("GET", "auth/token/lookup-self", token=auth["client_token"])).status == 200


async def test_the_path_of_a_name_changes_no_other_entity() -> None:
    """Who may change the entity of one name can't disable or rename another one by its id."""
    node = (await People.start()).node
    ann = (await node.ok("POST", "identity/entity", {"name": "ann"})).data["id"]
    for name in ("eva", "nobody"):
        await node.ok("POST", "identity/entity", {"name": "eva"})
        refused = await node.ask("POST", f"identity/entity/name/{name}", {"id": ann, "disabled": True})
        assert refused.status == 400
        assert "has another name" in refused.errors[0]
    assert (await node.ok("GET", f"identity/entity/id/{ann}")).data["disabled"] is False
    await node.ok("POST", "identity/entity/name/Ann", {"id": ann, "disabled": True})
    assert (await node.ok("GET", "identity/entity/name/Ann")).data["disabled"] is True


@pytest.mark.parametrize("place", ["id", "name"])
async def test_a_long_listing_lets_other_requests_go_on(place: str) -> None:
    """However many rows the worker has in memory, it turns to others after each few."""
    people = await People.start()
    for number in range(300):
        await people.entity(f"e{number}")
    turns = 0
    listing = asyncio.ensure_future(people.node.ok("LIST", f"identity/entity/{place}"))
    while not listing.done():
        await asyncio.sleep(0)
        turns += 1
    assert len((await listing).data["keys"]) == 300
    assert turns > 300 / 64


async def test_those_that_were_not_seen_are_found_page_by_page() -> None:
    """However many others stand between them, each page has as many as were asked for."""
    people = await People.start()
    old = {await people.entity(f"old{number}") for number in range(4)}
    people.clock.advance(91 * 86_400)
    for number in range(8):
        await people.entity(f"new{number}")
    found: list[str] = []
    after = ""
    while True:
        path = f"identity/entity/id?unseen_for=90d&limit=1&after={after}"
        answer = await people.node.ask("LIST", path)
        if answer.status == 404:  # only others stand behind the last one
            break
        found += answer.data["keys"]
        if not answer.body["warnings"]:
            break
        after = answer.body["warnings"][0].partition("after=")[2].rstrip('"')
        assert len(answer.data["keys"]) == 1
    assert len(found) == len(set(found))
    assert set(found) == old
