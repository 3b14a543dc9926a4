"""What groups give to the tokens of their entities, at the very next request."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from tests.flow.identity.people import People


async def _ann() -> tuple[People, str, str]:
    people = await People.start()
    auth = await people.login("ann")
    return people, auth["entity_id"], auth["client_token"]


async def test_policies_of_entity_and_groups_count_on_any_node() -> None:
    """An entity's, its group's, and those of the group that this one is in; each until it is taken away."""
    people, ann, token = await _ann()
    peer = await people.node.peer()
    node = people.node
    assert await people.reads(token) == set()
    await node.ok("POST", f"identity/entity/id/{ann}", {"policies": "entitys"})
    inner = await people.group("inner", policies="groups", member_entity_ids=[ann])
    outer = await people.group("outer", policies="outer", member_group_ids=[inner])
    for each in (node, peer):
        assert await people.reads(token, each) == {"entitys", "groups", "outer"}
    await node.ok("POST", f"identity/group/id/{outer}", {"member_group_ids": []})
    for each in (node, peer):
        assert await people.reads(token, each) == {"entitys", "groups"}
    await node.ok("POST", f"identity/group/id/{outer}", {"member_entity_ids": [ann]})
    await node.ok("POST", f"identity/group/id/{inner}", {"member_entity_ids": []})
    await node.ok("POST", f"identity/entity/id/{ann}", {"policies": []})
    for each in (node, peer):
        assert await people.reads(token, each) == {"outer"}
    await node.ok("DELETE", f"identity/group/id/{outer}")
    for each in (node, peer):
        assert await people.reads(token, each) == set()


async def test_a_deleted_group_in_the_middle_cuts_the_chain() -> None:
    """Nobody inherits through it, though its rows may wait to be cleared."""
    people, ann, token = await _ann()
    inner = await people.group("inner", member_entity_ids=[ann])
    middle = await people.group("middle", member_group_ids=[inner])
    await people.group("top", policies="outer", member_group_ids=[middle])
    assert await people.reads(token) == {"outer"}
    await people.node.ok("DELETE", f"identity/group/id/{middle}")
    assert await people.reads(token) == set()


@pytest.mark.parametrize("length", [2, 3, 5])
async def test_two_workers_cannot_close_a_cycle_together(length: int) -> None:
    """Each of two changes is fine alone; together they make a cycle, and one of them is refused."""
    people = await People.start()
    peer = await people.node.peer()
    ids = [await people.group(f"g{number}") for number in range(length)]
    for above, below in itertools.pairwise(ids[1:]):
        await people.node.ok("POST", f"identity/group/id/{above}", {"member_group_ids": [below]})
    answers = await asyncio.gather(
        people.node.ask("POST", f"identity/group/id/{ids[0]}", {"member_group_ids": [ids[1]]}),
        peer.ask("POST", f"identity/group/id/{ids[-1]}", {"member_group_ids": [ids[0]]}),
    )
    assert sorted(answer.status for answer in answers) == [204, 400]
    refused = next(answer for answer in answers if answer.status == 400)
    assert refused.error.startswith("cyclic relationship detected")


async def test_answers_and_interfaces_name_the_policies_of_groups() -> None:
    """Login, lookup, renewal, a child token, capabilities and the interface's rules."""
    people, ann, token = await _ann()
    node = people.node
    inner = await people.group("inner", policies="groups", member_entity_ids=[ann])
    await people.group("outer", policies="outer", member_group_ids=[inner])
    await node.ok("POST", f"identity/entity/id/{ann}", {"policies": ["own"]})
    wanted = ["groups", "outer", "own"]
    auth = await people.login("ann")
    assert (auth["identity_policies"], auth["token_policies"]) == (wanted, ["default"])
    assert auth["policies"] == sorted(["default", *wanted])
    looked = (await node.ok("GET", "auth/token/lookup-self", token=token)).data
    assert (looked["identity_policies"], looked["policies"]) == (wanted, ["default"])
    renewed = (await node.ok("POST", "auth/token/renew-self", {}, token)).body["auth"]
    assert renewed["identity_policies"] == wanted
    shown = await node.ok("POST", "sys/capabilities-self", {"paths": ["kv/outer", "kv/other"]}, token)
    assert shown.data["kv/outer"] == ["read"]
    assert shown.data["kv/other"] == ["deny"]
    assert (await node.ok("GET", "sys/internal/ui/resultant-acl", token=token)).data["exact_paths"]["kv/outer"] == {
        "capabilities": ["read"]
    }


@pytest.mark.parametrize("spelling", ["root", "ROOT", " root ", "\u200broot", "root\u200b", "rooT\t", "\ufeffroot"])
@pytest.mark.parametrize("noun", ["entity", "group"])
async def test_no_spelling_of_root_reaches_an_identity(noun: str, spelling: str) -> None:
    """Neither when it is made nor when it is changed, alone or beside others."""
    people = await People.start()
    node = people.node
    assert (await node.ask("POST", f"identity/{noun}", {"name": "x", "policies": [spelling]})).status == 400
    id_ = (await node.ok("POST", f"identity/{noun}", {"name": "x"})).data["id"]
    for given in ([spelling], ["own", spelling], f"own,{spelling}"):
        for path in (f"identity/{noun}/id/{id_}", f"identity/{noun}/name/x", f"identity/{noun}"):
            answer = await node.ask("POST", path, {"id": id_, "name": "x", "policies": given})
            assert answer.status == 400
    assert not (await node.ok("GET", f"identity/{noun}/id/{id_}")).data["policies"]


async def test_a_group_has_no_more_above_it_than_a_request_may_read() -> None:
    """The number of groups above one is bounded when they are nested, because each request may read them."""
    people = await People.start()
    below: Any = await people.group("g0")
    for number in range(1, 258):
        answer = await people.node.ask("POST", "identity/group", {"name": f"g{number}", "policies": "own"})
        above = answer.data["id"]
        answer = await people.node.ask("POST", f"identity/group/id/{below}", {"member_group_ids": [above]})
        if answer.status != 204:
            break
        below = above
    assert answer.status == 400
    assert answer.error == "a group has at most 256 groups above it"
    assert number == 257


async def test_a_deleted_group_is_no_member_before_it_is_cleared() -> None:
    """Its rows may wait to be cleared: reads of both sides don't show it, and no list of members may name it."""
    people = await People.start()
    entity = await people.entity("ann")
    low = await people.group("low")
    middle = await people.group("middle", member_entity_ids=[entity], member_group_ids=[low])
    top = await people.group("top", member_group_ids=[middle])
    await people.node.ok("DELETE", f"identity/group/id/{middle}")
    assert people.rows(f"/subgroup/{top}/{middle}")
    assert (await people.node.ok("GET", f"identity/group/id/{top}")).data["member_group_ids"] is None
    assert (await people.node.ok("GET", f"identity/group/id/{low}")).data["parent_group_ids"] is None
    wanted = {"member_group_ids": [low, middle]}
    assert (await people.node.ask("POST", f"identity/group/id/{top}", wanted)).status == 400
    await people.settle()
    assert not people.rows("/subgroup", middle)
