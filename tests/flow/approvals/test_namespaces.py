"""Approvals where there are namespaces: a rule's groups are those of its own namespace."""

from __future__ import annotations

from tests.flow.approvals.people import APPROVERS, People, controlled, factor

PENDING = "request needs further approval"


async def test_a_group_of_the_same_name_below_does_not_approve() -> None:
    """A member of `managers` of a namespace below can't approve for root's `managers`."""
    people = await People.start()
    node = people.node
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "team/identity/group", {"name": "managers", "member_entity_ids": [people.ids["carl"]]})
    waiting = await people.asks()
    assert (await people.approves("carl", waiting)).status == 403
    assert (await people.unwraps("rita", waiting)).error == PENDING


async def test_a_request_below_waits_below() -> None:
    """A token of a namespace asks, its namespace's group approves, and nothing of it shows in another namespace."""
    people = await People.start(controlled("kv/*", factor()) + APPROVERS)
    node = people.node
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "team/sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "team/kv/app", {"k": "below"})
    await node.ok("POST", "team/sys/auth/userpass", {"type": "userpass"})
    await node.ok("PUT", "team/sys/policies/acl/asker", {"policy": controlled("kv/*", factor())})
    await node.ok("PUT", "team/sys/policies/acl/approver", {"policy": APPROVERS})
    tokens, ids = {}, {}
    for name, policy in (("tina", "asker"), ("tom", "approver")):
        await node.ok("POST", f"team/auth/userpass/users/{name}", {"password": "pw", "token_policies": policy})
        auth = (await node.ok("POST", f"team/auth/userpass/login/{name}", {"password": "pw"}, "")).body["auth"]
        tokens[name], ids[name] = auth["client_token"], auth["entity_id"]
    await node.ok("POST", "team/identity/group", {"name": "managers", "member_entity_ids": [ids["tom"]]})
    waiting = (await node.ok("GET", "team/kv/app", None, tokens["tina"])).body["wrap_info"]
    asked = {"accessor": waiting["accessor"]}
    for who in ("ann", "bob"):  # managers of root, where that name means another group
        assert (await node.ask("POST", "team/sys/control-group/authorize", asked, people.tokens[who])).status >= 400
        assert (await node.ask("POST", "sys/control-group/authorize", asked, people.tokens[who])).status >= 400
    unwrap = {"token": waiting["token"]}
    early = await node.ask("POST", "team/sys/wrapping/unwrap", unwrap, tokens["tina"])
    assert (early.status, early.errors) == (403, [PENDING])
    answer = await node.ok("POST", "team/sys/control-group/authorize", asked, tokens["tom"])
    assert answer.data == {"approved": True}
    assert (await node.ok("POST", "team/sys/wrapping/unwrap", unwrap, tokens["tina"])).data == {"k": "below"}
    assert (await node.ask("POST", "team/sys/wrapping/unwrap", unwrap, tokens["tina"])).status == 400


async def test_what_waits_ends_with_its_namespace() -> None:
    """When the namespace is deleted, its requests can't be executed."""
    people = await People.start(controlled("team/kv/*", factor()))
    node = people.node
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "team/sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "team/kv/app", {"k": "below"})
    waiting = await people.asks("rita", path="team/kv/app")
    await node.ok("DELETE", "sys/namespaces/team")
    for token in (people.tokens["rita"], waiting["token"], node.root):
        answer = await node.ask("POST", "sys/wrapping/unwrap", {"token": waiting["token"]}, token)
        assert answer.status >= 400


async def test_a_rule_of_root_for_a_path_below() -> None:
    """A user of root asks below, and root's group approves in the namespace that the request works in."""
    people = await People.start(controlled("team/kv/*", factor()))
    node = people.node
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "team/sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "team/kv/app", {"k": "below"})
    waiting = await people.asks("rita", path="team/kv/app")
    assert (await people.unwraps("rita", waiting)).error == PENDING
    below = "team/sys/control-group/authorize"
    await node.ok("PUT", "sys/policies/acl/approver", {"policy": f'path "{below}" {{ capabilities = ["update"] }}'})
    answer = await people.tries("ann", "POST", below, {"accessor": waiting["accessor"]})
    assert answer.data == {"approved": True}
    assert (await people.unwraps("rita", waiting)).data == {"k": "below"}
