"""Groups that are larger than a commit."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.identity import EntityRecord, entities, member_sets, pages
from strongroom.services.identity.pages import MOST
from strongroom.storage.base import Limits
from tests.flow.identity.people import People
from tests.sim.faulty_storage import Fail

SMALL = Limits(keys=128, bytes=1 << 20, value_bytes=1 << 20)


async def _people(monkeypatch: pytest.MonkeyPatch, count: int) -> tuple[People, list[str]]:
    """A node on a store that takes 128 keys in a commit, with entities."""
    people = await People.start()
    monkeypatch.setattr(people.node.store, "limits", SMALL)
    monkeypatch.setattr(people.services.barrier.storage, "limits", SMALL)
    ids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(count)]

    async def body(txn: Transaction, some: list[str]) -> None:
        for id_ in some:
            entities.write(txn, "root", EntityRecord(id=id_, name=id_, created_at=0.0, updated_at=0.0))

    for start in range(0, count, 50):
        await transact(people.services.barrier, lambda txn, start=start: body(txn, ids[start : start + 50]))  # type: ignore[misc]
    return people, ids


async def _members(people: People, group: str) -> list[str]:
    return (await people.node.ok("GET", f"identity/group/id/{group}")).data["member_entity_ids"] or []


async def test_a_set_larger_than_a_commit_replaces_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the group is made and when it is changed, on the smallest store; the count is right."""
    people, ids = await _people(monkeypatch, 500)
    group = await people.group("all", member_entity_ids=ids[:300])
    assert await _members(people, group) == ids[:300]
    await people.node.ok("POST", f"identity/group/id/{group}", {"member_entity_ids": ids[200:]})
    assert await _members(people, group) == ids[200:]
    info = (await people.node.ok("LIST", "identity/group/id")).data["key_info"][group]
    assert info["num_member_entities"] == 300
    await people.node.ok("POST", f"identity/group/id/{group}", {"member_entity_ids": []})
    assert await _members(people, group) == []
    assert not people.rows("/member/", "/member-of/")


async def test_an_unknown_entity_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if it stands at the end of a set that takes many commits."""
    people, ids = await _people(monkeypatch, 200)
    group = await people.group("all", member_entity_ids=ids[:3])
    before = people.node.rows()
    for wrong in ("nope", "a/b", "", "\0"):
        answer = await people.node.ask("POST", f"identity/group/id/{group}", {"member_entity_ids": [*ids, wrong]})
        assert answer.status == 400
        assert people.node.rows() == before


async def test_of_two_sets_at_once_one_is_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both take many commits, on two workers; the group isn't a mixture."""
    people, ids = await _people(monkeypatch, 400)
    peer = await people.node.peer()
    group = await people.group("all")
    one, other = ids[:250], ids[150:]
    answers = await asyncio.gather(
        people.node.ask("POST", f"identity/group/id/{group}", {"member_entity_ids": one}),
        peer.ask("POST", f"identity/group/id/{group}", {"member_entity_ids": other}),
    )
    assert [answer.status for answer in answers] == [204, 204]
    assert await _members(people, group) in (one, other)


@pytest.mark.parametrize("commits", range(2, 9))
async def test_who_joins_never_has_a_policy_that_the_same_request_takes_away(
    monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    """However many commits of the request there were before the store failed; repeating it makes the rest."""
    people, ids = await _people(monkeypatch, 60)
    ann, eva = await people.login("ann"), await people.login("eva")
    group = await people.group("all", policies="own,groups", member_entity_ids=[eva["entity_id"]])
    change = {"policies": "groups,other", "member_entity_ids": [ann["entity_id"], *ids]}
    people.node.plan.add("commit", *[None] * commits, Fail())
    stopped = await people.node.ask("POST", f"identity/group/id/{group}", change)
    assert await people.reads(ann["client_token"]) <= {"groups", "other"}
    assert await people.reads(eva["client_token"]) <= {"own", "groups"}
    if stopped.status != 204:
        await people.node.ok("POST", f"identity/group/id/{group}", change)
    assert await people.reads(ann["client_token"]) == {"groups", "other"}
    assert await people.reads(eva["client_token"]) == set()


async def test_deleting_is_small_and_clears_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a group with many members, and of an entity in many groups."""
    people, ids = await _people(monkeypatch, 200)
    group = await people.group("all", member_entity_ids=ids)
    assert (await people.node.ask("DELETE", f"identity/group/id/{group}")).status == 204
    await people.settle()
    assert not people.rows("/member/", "/member-of/", "/group/", "/group-size/", "/group-name/")
    groups = [await people.group(f"g{number}", member_entity_ids=[ids[0]]) for number in range(40)]
    assert (await people.node.ask("DELETE", f"identity/entity/id/{ids[0]}")).status == 204
    await people.settle()
    assert not people.rows("/member/", "/member-of/")
    info = (await people.node.ok("LIST", "identity/group/id")).data["key_info"]
    assert [info[id_]["num_member_entities"] for id_ in groups] == [0] * 40


async def test_a_membership_costs_the_same_in_a_large_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commits that others' memberships took are no part of one change: what is read and written doesn't grow."""
    people, ids = await _people(monkeypatch, 400)
    large = await people.group("large", policies="groups", member_entity_ids=ids)
    small = await people.group("small", policies="groups", member_entity_ids=ids[:1])
    auth = await people.login("ann")
    await people.group("first", member_entity_ids=[auth["entity_id"]])
    costs = []
    for group, present in ((large, ids), (small, ids[:1])):
        before = people.node.rows()
        wanted = {"member_entity_ids": [*present, auth["entity_id"]]}
        await people.node.ok("POST", f"identity/group/id/{group}", wanted)
        after = people.node.rows()
        costs.append(sum(before.get(key) != value for key, value in after.items()))
        assert await people.reads(auth["client_token"]) == {"groups"}
    assert costs[0] == costs[1]


async def test_a_few_join_and_leave_without_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of members adds and removes what it names, and costs the same in a large group. Twice is as once."""
    people, ids = await _people(monkeypatch, 400)
    large = await people.group("large", policies="groups", member_entity_ids=ids[:390])
    small = await people.group("small", policies="outer", member_entity_ids=ids[:1])
    auth = await people.login("ann")
    await people.group("first", member_entity_ids=[auth["entity_id"]])
    costs = []
    for group, policies in ((large, {"groups"}), (small, {"groups", "outer"})):
        before = people.node.rows()
        for _ in range(2):
            wanted = {"add": [auth["entity_id"]], "remove": ids[:1]}
            assert (await people.node.ask("POST", f"identity/group/id/{group}/members", wanted)).status == 204
        after = people.node.rows()
        costs.append(len({key for key in before.keys() | after if before.get(key) != after.get(key)}))
        assert await people.reads(auth["client_token"]) == policies
    assert costs[0] == costs[1]
    assert await _members(people, large) == sorted([*ids[1:390], auth["entity_id"]])
    await people.node.ok("POST", f"identity/group/id/{large}/members", {"add": ids[300:], "remove": ids[1:300]})
    assert await _members(people, large) == sorted([*ids[300:], auth["entity_id"]])
    info = (await people.node.ok("LIST", "identity/group/id")).data["key_info"]
    assert (info[large]["num_member_entities"], info[small]["num_member_entities"]) == (101, 1)


async def test_what_cannot_join_or_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entities that don't exist, the same one in both lists, nothing at all, external and unknown groups, too many."""
    people, ids = await _people(monkeypatch, 3)
    group = await people.group("all", member_entity_ids=ids[:1])
    external = await people.external("ext", "ext")
    before = people.node.rows()
    place = f"identity/group/id/{group}/members"
    wrong: list[dict[str, object]] = [{}, {"add": ["nope"]}, {"add": [ids[1], "a/b"]}, {"remove": ["\0"]}]
    wrong += [{"add": ids, "remove": ids[2:]}, {"add": [str(number) for number in range(MOST + 1)]}]
    for body in wrong:
        assert (await people.node.ask("POST", place, body)).status == 400, body
    assert (await people.node.ask("POST", f"identity/group/id/{external}/members", {"add": ids})).status == 400
    assert (await people.node.ask("POST", "identity/group/id/nope/members", {"add": ids})).status == 404
    assert (await people.node.ask("LIST", f"identity/group/id/{external}/members")).status == 404
    assert people.node.rows() == before


async def test_a_read_that_shows_a_part_cannot_be_written_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The read warns, a list to replace the others is refused and says where to go; pages show all of them."""
    people, ids = await _people(monkeypatch, 12)
    group = await people.group("all", member_entity_ids=ids)
    assert not (await people.node.ok("GET", f"identity/group/id/{group}")).body.get("warnings")
    monkeypatch.setattr(pages, "MOST", 10)
    monkeypatch.setattr(member_sets, "MOST", 10)
    read = await people.node.ok("GET", "identity/group/name/all")
    assert read.data["member_entity_ids"] == ids[:10]
    assert f"identity/group/id/{group}/members" in read.body["warnings"][0]
    found = await people.node.ok("POST", "identity/lookup/group", {"id": group})
    assert found.body["warnings"] == read.body["warnings"]
    answer = await people.node.ask("POST", "identity/group/name/all", {"member_entity_ids": ids[:10]})
    assert answer.status == 400
    assert f"identity/group/id/{group}/members" in str(answer.body)
    more = await people.entity("more")
    assert (
        await people.node.ask("POST", "identity/group/name/all", {"member_entity_ids": [*ids[:10], more]})
    ).status == 400
    await people.node.ok("POST", "identity/group/name/all", {"member_entity_ids": ids})
    place = f"identity/group/id/{group}/members"
    first = await people.node.ok("LIST", place)
    assert first.data["keys"] == ids[:10]
    assert first.body["warnings"]
    rest = await people.node.ok("LIST", f"{place}?after={ids[9]}&limit=5")
    assert rest.data["keys"] == ids[10:]
    await people.node.ok("POST", "identity/group/name/all", {"policies": "groups"})
    await people.node.ok("POST", "identity/group/name/all", {"member_entity_ids": []})
    assert await _members(people, group) == []
