"""Who may approve, what counts, and who sees a request that waits."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.services.approvals import HeldRequest
from tests.flow.approvals.people import APPROVERS, People, controlled, factor

DENIED = ["1 error occurred:\n\t* permission denied\n\n"]
PENDING = "request needs further approval"


async def test_only_members_of_the_groups_approve() -> None:
    """Others are refused, and their refusal counts for nothing."""
    people = await People.start()
    waiting = await people.asks()
    answer = await people.approves("carl", waiting)
    assert (answer.status, answer.errors) == (403, DENIED)
    assert (await people.unwraps("rita", waiting)).error == PENDING


async def test_a_group_is_named_in_any_case() -> None:
    """As everywhere else: the group `managers` is the one that a rule calls `Managers`."""
    people = await People.start(controlled("kv/*", factor(groups='["Managers"]')))
    waiting = await people.asks()
    assert (await people.approves("ann", waiting)).data == {"approved": True}


async def test_a_policy_that_nobody_can_satisfy_is_told_of() -> None:
    """A mistyped group or method is stored, with a warning; one that exists, in any case, has none."""
    people = await People.start()
    rule = (
        controlled("kv/*", factor(groups='["manegers"]'))
        + 'path "x" { capabilities = ["read"] mfa_methods = ["nosuch"] }'
    )
    answer = await people.node.ok("POST", "sys/policies/acl/odd", {"policy": rule})
    told = answer.body["warnings"]
    assert len(told) == 2
    assert 'the group "manegers", which doesn\'t exist' in told[0]
    assert 'the MFA method "nosuch", which doesn\'t exist' in told[1]
    fine = {"policy": controlled("kv/*", factor(groups='["MANAGERS"]'))}
    assert (await people.node.ok("POST", "sys/policies/acl/fine", fine)).status == 204


async def test_nobody_approves_their_own_request() -> None:
    """Not even as a member of the group, and not with another token either."""
    people = await People.start(controlled("kv/*", factor()) + APPROVERS)
    await people.group("managers", "rita")
    waiting = await people.asks()
    first = people.tokens["rita"]
    for token in (first, await people.logs_in("rita")):
        people.tokens["rita"] = token
        answer = await people.approves("rita", waiting)
        assert answer.status == 400
        assert "token owner cannot be approver" in answer.error
    assert (await people.unwraps("rita", waiting)).error == PENDING


async def test_each_approver_counts_once() -> None:
    """Whatever tokens they use, also at the same time on two nodes; the second one is told."""
    people = await People.start(controlled("kv/*", factor(approvals=2)))
    waiting = await people.asks()
    assert (await people.approves("ann", waiting)).data == {"approved": False}
    await people.logs_in("ann")
    answer = await people.approves("ann", waiting)
    assert answer.status == 400
    assert "approver has already authorized" in answer.error
    assert (await people.unwraps("rita", waiting)).error == PENDING
    other = await people.node.peer()
    path, body = "sys/control-group/authorize", {"accessor": waiting["accessor"]}
    again = await asyncio.gather(
        *(node.ask("POST", path, body, people.tokens["bob"]) for node in (people.node, other) * 3)
    )
    assert sorted(answer.status for answer in again) == [200] + [400] * 5
    assert len((await people.reads("rita", waiting)).data["authorizations"]) == 2
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}


async def test_every_factor_is_needed() -> None:
    """Of two factors each needs its own groups; who is in both groups counts for both."""
    two = controlled("kv/*", factor("m", approvals=2), factor("a", '["auditors"]'))
    people = await People.start(two)
    waiting = await people.asks()
    approved = [(await people.approves(who, waiting)).data["approved"] for who in ("ann", "bob", "carl")]
    assert approved == [False, False, True]
    await people.group("managers", "carl")
    waiting = await people.asks()
    approved = [(await people.approves(who, waiting)).data["approved"] for who in ("carl", "ann")]
    assert approved == [False, True]


async def test_rules_of_several_policies_add_up() -> None:
    """What one policy allows without approval still needs the approval that another one demands of the path."""
    people = await People.start()
    node = people.node
    await node.ok("PUT", "sys/policies/acl/free", {"policy": 'path "kv/*" { capabilities = ["read"] }'})
    await node.ok("PUT", "sys/policies/acl/audited", {"policy": controlled("kv/*", factor("f", '["auditors"]'))})
    await node.ok("POST", "auth/userpass/users/rita", {"token_policies": "asker,free,audited"})
    await people.logs_in("rita")
    waiting = await people.asks()
    assert (await people.approves("ann", waiting)).data == {"approved": False}
    assert (await people.approves("carl", waiting)).data == {"approved": True}


async def test_membership_counts_at_the_moment_of_the_approval() -> None:
    """Who has left can't approve; who leaves afterwards has approved; who joins afterwards may."""
    people = await People.start(controlled("kv/*", factor(approvals=2)))
    waiting = await people.asks()
    await people.approves("ann", waiting)
    await people.leaves("ann", "managers")
    await people.leaves("bob", "managers")
    assert (await people.approves("bob", waiting)).status == 403
    await people.group("managers", "carl")
    assert (await people.approves("carl", waiting)).data == {"approved": True}
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}


async def test_a_disabled_approver_counts_for_nothing() -> None:
    """Neither can a disabled entity approve, nor does its approval count after it is disabled."""
    people = await People.start()
    waiting = await people.asks()
    await people.changes("ann", disabled=True)
    assert (await people.approves("ann", waiting)).status == 403
    await people.approves("bob", waiting)
    await people.changes("bob", disabled=True)
    assert (await people.reads("rita", waiting)).data["approved"] is False
    assert (await people.unwraps("rita", waiting)).error == PENDING
    await people.changes("bob", disabled=False)
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}


async def test_members_of_a_group_within_the_group_approve() -> None:
    """Whoever is in a group that is a member of the named one can approve."""
    people = await People.start()
    auditors = (await people.node.ok("GET", "identity/group/name/auditors")).data["id"]
    waiting = await people.asks()
    assert (await people.approves("carl", waiting)).status == 403
    await people.node.ok("POST", "identity/group/name/managers", {"member_group_ids": [auditors]})
    assert (await people.approves("carl", waiting)).data == {"approved": True}


async def test_groups_can_be_named_by_their_ids() -> None:
    """`group_ids` works like `group_names`."""
    people = await People.start()
    id_ = (await people.node.ok("GET", "identity/group/name/auditors")).data["id"]
    await people.rules(controlled("kv/*", f'factor "f" {{ identity {{ group_ids = ["{id_}"]\n approvals = 1 }} }}'))
    waiting = await people.asks()
    assert (await people.approves("ann", waiting)).status == 403
    assert (await people.approves("carl", waiting)).data == {"approved": True}


async def test_an_approval_counts_for_its_time() -> None:
    """With a `ttl` in the factor's identity, an old approval no longer counts and can be given anew."""
    people = await People.start(controlled("kv/*", factor(inner='ttl = "60s"')))
    waiting = await people.asks()
    await people.approves("ann", waiting)
    people.node.clock.advance(60)
    assert (await people.unwraps("rita", waiting)).error == PENDING
    assert (await people.approves("ann", waiting)).data == {"approved": True}
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}


async def test_who_sees_a_request() -> None:
    """The one who asked, those who may approve and root tokens; nobody else."""
    people = await People.start(controlled("kv/*", factor()) + APPROVERS)
    waiting = await people.asks("rita", "POST", "kv/new", {"a": "b"})
    await people.approves("ann", waiting)
    expected = {
        "approved": True,
        "authorizations": [{"entity_id": people.ids["ann"], "entity_name": None}],
        "request_data": {"a": "b"},
        "request_entity": {"id": people.ids["rita"], "name": None},
        "request_operation": "update",
        "request_path": "kv/new",
    }
    for who in ("rita", "ann", "bob"):
        seen = (await people.reads(who, waiting)).data
        for entity in (*seen["authorizations"], seen["request_entity"]):
            name = entity.get("entity_name") or entity.get("name")
            assert name.startswith("entity_")
            entity["entity_name" if "entity_name" in entity else "name"] = None
        assert seen == expected
    root = await people.node.ok("POST", "sys/control-group/request", {"accessor": waiting["accessor"]})
    assert root.data["request_path"] == "kv/new"
    for who in ("rico", "carl"):
        answer = await people.reads(who, waiting)
        assert (answer.status, answer.errors) == (403, DENIED)


@pytest.mark.parametrize("verb", ["authorize", "request"])
async def test_wrong_accessors(verb: str) -> None:
    """Each is told apart: none, an unknown one, that of another token, that of another wrapping token."""
    people = await People.start()
    path = f"sys/control-group/{verb}"
    wrapped = await people.node.ok("POST", "sys/wrapping/wrap", {"a": 1}, headers={"x-vault-wrap-ttl": "60"})
    other = (await people.node.ok("POST", "auth/token/create", {})).body["auth"]["accessor"]
    for body, text in (
        ({}, "missing accessor"),
        ({"accessor": ""}, "missing accessor"),
        ({"accessor": "nope"}, "invalid accessor"),
        ({"accessor": "a/b"}, "invalid accessor"),
        ({"accessor": other}, "invalid wrapping token"),
        ({"accessor": wrapped.body["wrap_info"]["accessor"]}, "invalid wrapping token"),
    ):
        answer = await people.tries("ann", "POST", path, body)
        assert answer.status == 400
        assert text in answer.error
    assert (await people.tries("ann", "POST", path, {"accessor": ["x"]})).status == 400
    assert (await people.node.ask("GET", path)).status == 405


async def test_a_root_token_without_entity_cannot_approve() -> None:
    """An approval is somebody's, so that it counts once."""
    people = await People.start()
    waiting = await people.asks()
    answer = await people.node.ask("POST", "sys/control-group/authorize", {"accessor": waiting["accessor"]})
    assert answer.status == 400
    assert "empty entity ID" in answer.error


async def test_both_requests_are_in_the_audit_log() -> None:
    """The unwrap with its client, and the request with the token that asked, its first id and its approvers."""
    people = await People.start()
    waiting = await people.asks("rita", "POST", "kv/new", {"a": "canary-value", "number": 424242})
    await people.approves("ann", waiting)
    people.node.recorder.lines.clear()
    await people.reads("ann", waiting)
    assert not any(b"canary" in line or b"424242" in line for line in people.node.recorder.lines[1:])
    people.node.recorder.lines.clear()
    assert (await people.unwraps("bob", waiting)).status == 204
    entries = people.node.recorder.entries
    assert [(entry["type"], entry["request"]["path"]) for entry in entries] == [
        ("request", "sys/wrapping/unwrap"),
        ("request", "kv/new"),
        ("response", "kv/new"),
        ("response", "sys/wrapping/unwrap"),
    ]
    assert [entry["auth"]["entity_id"] for entry in entries] == [
        people.ids[who] for who in ("bob", "rita", "rita", "bob")
    ]
    group = entries[1]["request"]["control_group"]
    assert group["approvers"] == [people.ids["ann"]]
    assert group["unwrap_request_id"] == entries[0]["request"]["id"] != entries[1]["request"]["id"]
    assert len({entry["request"]["id"] for entry in entries}) == 2
    assert not any(b"canary" in line for line in people.node.recorder.lines)


async def test_without_an_audit_entry_nothing_is_executed() -> None:
    """If no device takes the entry of the request that waited, it isn't executed, and goes on waiting."""
    people = await People.start()
    waiting = await people.asks("rita", "POST", "kv/new", {"a": "b"})
    await people.approves("ann", waiting)
    people.node.recorder.failing = lambda entry: entry["request"]["path"] == "kv/new"
    assert (await people.unwraps("rita", waiting)).status == 500
    people.node.recorder.failing = lambda entry: False
    assert (await people.node.ask("GET", "kv/new")).status == 404
    assert (await people.unwraps("rita", waiting)).status == 204
    assert (await people.node.ok("GET", "kv/new")).data == {"a": "b"}


async def test_entities_that_were_merged_are_one() -> None:
    """After a merge nobody approves for a request that they made as the other one, and two approvers count once."""
    people = await People.start(controlled("kv/*", factor(approvals=2)) + APPROVERS)
    node = people.node
    first, second = await people.asks(), await people.asks("rico")
    for waiting in (first, second):
        await people.approves("ann", waiting)
        await people.approves("bob", waiting)
    for source, to in (("bob", "ann"), ("rico", "rita")):
        aliases = (await node.ok("GET", f"identity/entity/id/{people.ids[source]}")).data["aliases"]
        for alias in aliases:
            await node.ok("DELETE", f"identity/entity-alias/id/{alias['id']}")
        merge = {"from_entity_ids": [people.ids[source]], "to_entity_id": people.ids[to]}
        await node.ok("POST", "identity/entity/merge", merge)
    assert (await people.unwraps("rita", first)).error == PENDING
    await people.group("managers", "rita")
    answer = await people.node.ask(
        "POST", "sys/control-group/authorize", {"accessor": second["accessor"]}, people.tokens["rita"]
    )
    assert answer.status == 400
    assert "token owner" in answer.error
    assert (await people.unwraps("rita", second)).error == PENDING


def test_the_row_shows_nothing() -> None:
    """Neither the token nor the body is in a text of the row."""
    row = HeldRequest(
        id="i",
        token="hvs.canary",
        operation="read",
        path="kv/a",
        mount="m",
        body=b"canary",
        held_at=1.0,
        ttl_s=1,
        factors=(),
        namespaces={},
    )
    assert "canary" not in repr(row) + str(row)


async def test_an_approval_by_a_token_that_is_withdrawn_does_not_count() -> None:
    """Somebody else may have given it. Its owner can give it anew, with another token."""
    people = await People.start()
    waiting = await people.asks()
    assert (await people.approves("ann", waiting)).data == {"approved": True}
    selection = {"mount": "auth/userpass", "alias": "ann"}
    await people.node.ok("POST", "sys/revoke-issued", selection)
    people.node.clock.advance(10)
    await people.settle()  # when all is cleared, too
    assert (await people.unwraps("rita", waiting)).error == PENDING
    assert (await people.reads("rita", waiting)).data["approved"] is False
    await people.logs_in("ann")
    assert (await people.approves("ann", waiting)).data == {"approved": True}
    assert (await people.approves("ann", waiting)).status == 400
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}
