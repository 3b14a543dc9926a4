"""Ways around an approval, each of which is closed."""

from __future__ import annotations

import random
from typing import Any

import pytest

from strongroom.sdk.request import Request
from tests.flow.approvals.people import APPROVERS, People, controlled, factor

PENDING = "request needs further approval"
INVALID = "wrapping token is not valid or does not exist"


async def test_the_waiting_token_does_nothing_else() -> None:
    """It can't be rewrapped, read from its cubbyhole, renewed, or used for any other request."""
    people = await People.start()
    waiting = await people.asks()
    token, node = waiting["token"], people.node
    answer = await node.ask("POST", "sys/wrapping/rewrap", {"token": token})
    assert (answer.status, answer.errors) == (400, [INVALID])
    for method, path in (
        ("GET", "kv/app"),
        ("GET", "cubbyhole/held"),
        ("LIST", "cubbyhole/"),
        ("GET", "auth/token/lookup-self"),
        ("POST", "auth/token/create"),
        ("POST", "sys/wrapping/rewrap"),
        ("POST", "sys/control-group/authorize"),
        ("POST", "sys/control-group/request"),
    ):
        body = {"accessor": waiting["accessor"]} if method == "POST" else None
        assert (await node.ask(method, path, body, token)).status == 403
    assert (await node.ask("GET", "cubbyhole/response", None, token)).status == 404
    await node.ok("POST", "cubbyhole/response", {"response": "forged"}, token)
    assert (await people.unwraps("rita", waiting)).error == PENDING
    assert (await node.ask("POST", "auth/token/renew", {"token": token})).status == 400
    await people.approves("ann", waiting)
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}


async def test_a_lookup_tells_of_what_the_token_is() -> None:
    """Before the approval and after it, with any token or none, and it spends nothing."""
    people = await People.start()
    waiting = await people.asks()
    wanted = {"creation_path": "kv/app", "creation_time": waiting["creation_time"], "creation_ttl": waiting["ttl"]}
    for approve in (False, True):
        if approve:
            await people.approves("ann", waiting)
        for token in (people.tokens["rita"], people.tokens["carl"], ""):
            answer = await people.node.ok("POST", "sys/wrapping/lookup", {"token": waiting["token"]}, token)
            assert answer.data == wanted
        assert (await people.node.ok("GET", "sys/wrapping/lookup", None, waiting["token"])).data == wanted
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}
    gone = await people.node.ask("POST", "sys/wrapping/lookup", {"token": waiting["token"]})
    assert (gone.status, gone.errors) == (400, [INVALID])


async def test_another_path_does_not_unwrap() -> None:
    """A path of another mount that looks like the unwrap's executes nothing."""
    people = await People.start(
        controlled("kv/*", factor()) + 'path "cubbyhole/*" { capabilities = ["create", "update"] }'
    )
    waiting = await people.asks()
    await people.approves("ann", waiting)
    await people.tries("rita", "POST", "cubbyhole/wrapping/unwrap", {"token": waiting["token"]})
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}


async def test_wrapping_does_not_skip_the_approval() -> None:
    """With `X-Vault-Wrap-TTL` the request waits too, and the answer is wrapped when it is executed."""
    people = await People.start()
    waiting = await people.asks(x_vault_wrap_ttl="60")
    assert waiting["ttl"] == 24 * 3600
    assert (await people.unwraps("rita", waiting)).error == PENDING
    await people.approves("ann", waiting)
    inner = (await people.unwraps("rita", waiting)).body["wrap_info"]
    assert (inner["ttl"], inner["creation_path"]) == (60, "kv/app")
    assert (await people.node.ok("POST", "sys/wrapping/unwrap", None, inner["token"])).data == {"k": "v"}


async def test_the_unwrap_can_wrap_the_answer() -> None:
    """`X-Vault-Wrap-TTL` of the unwrap wraps what it would have been answered with."""
    people = await People.start()
    waiting = await people.asks()
    assert (await people.unwraps("rita", waiting, x_vault_wrap_ttl="60")).error == PENDING
    await people.approves("ann", waiting)
    inner = (await people.unwraps("rita", waiting, x_vault_wrap_ttl="60")).body["wrap_info"]
    assert (await people.node.ok("POST", "sys/wrapping/unwrap", None, inner["token"])).data == {"k": "v"}


async def test_bounds_of_the_wrapping_time_still_apply() -> None:
    """A rule that demands both a wrapping and an approval gets both."""
    rule = controlled("kv/*", factor()).replace("control_group", "max_wrapping_ttl = 90\n control_group")
    people = await People.start(rule)
    assert (await people.tries("rita", "GET", "kv/app")).status == 403
    assert (await people.tries("rita", "GET", "kv/app", x_vault_wrap_ttl="91")).status == 403
    waiting = await people.asks(x_vault_wrap_ttl="90")
    await people.approves("ann", waiting)
    assert (await people.unwraps("rita", waiting, x_vault_wrap_ttl="91")).status == 403
    assert (await people.unwraps("rita", waiting)).body["wrap_info"]["ttl"] == 90


async def test_parameters_are_checked_when_asked_and_when_executed() -> None:
    """Rules for parameters apply to a request that waits, at both times."""
    rule = controlled("kv/*", factor()).replace("control_group", 'denied_parameters = { "bad" = [] }\n control_group')
    people = await People.start(rule)
    assert (await people.tries("rita", "POST", "kv/x", {"bad": 1})).status == 403
    waiting = await people.asks("rita", "POST", "kv/x", {"late": 1})
    await people.approves("ann", waiting)
    await people.rules(rule.replace("bad", "late"))
    assert (await people.unwraps("rita", waiting)).status == 403
    assert (await people.node.ask("GET", "kv/x")).status == 404


async def test_controlled_capabilities() -> None:
    """Only the capabilities that a factor controls wait: those of the operation, and `sudo` where a path needs it."""
    rule = controlled("kv/*", factor(more='controlled_capabilities = ["update", "list"]'))
    sudo = controlled(
        "sys/config/cors",
        factor(more='controlled_capabilities = ["sudo"]'),
        capabilities='capabilities = ["read", "sudo"]',
    )
    people = await People.start(rule + sudo)
    assert (await people.tries("rita", "GET", "kv/app")).data == {"k": "v"}
    assert (await people.tries("rita", "DELETE", "kv/new")).status == 204
    await people.asks("rita", "LIST", "kv/")
    waiting = await people.asks("rita", "GET", "sys/config/cors")
    await people.approves("ann", waiting)
    assert (await people.unwraps("rita", waiting)).data == {"enabled": False}


async def test_creating_and_updating_are_told_apart() -> None:
    """A factor for `update` lets a creation pass, and holds a change of what exists."""
    rule = controlled("probe/*", factor(more='controlled_capabilities = ["update"]'))
    people = await People.start(rule)
    assert (await people.tries("rita", "POST", "probe/rows/a", {"text": "1"})).status == 200
    waiting = await people.asks("rita", "POST", "probe/rows/a", {"text": "2"})
    assert (await people.node.ok("GET", "probe/rows/a")).data == {"text": "1"}
    await people.approves("ann", waiting)
    assert (await people.unwraps("rita", waiting)).status == 200
    assert (await people.node.ok("GET", "probe/rows/a")).data == {"text": "2"}


async def test_other_paths_of_an_object_wait_too() -> None:
    """A path that leads to the same object as a controlled one needs the same approval."""
    policy = 'path "sys/policy/*" { capabilities = ["read"] }\n'
    people = await People.start(policy + controlled("sys/policies/acl/*", factor()))
    await people.asks("rita", "GET", "sys/policies/acl/default")
    await people.asks("rita", "GET", "sys/policy/default")


async def test_another_spelling_waits_too() -> None:
    """A path in other letters, or with a slash at its end, is the same path."""
    people = await People.start(
        controlled("sys/policies/acl/default", factor()) + 'path "sys/*" { capabilities = ["read"] }'
    )
    await people.asks("rita", "GET", "sys/policies/acl/DEFAULT")


async def test_a_filtered_listing_hides_what_needs_approval() -> None:
    """A listing that shows only readable names leaves out those that can't be read without others."""
    more = 'list_scan_response_keys_filter_path = "probe/{{ .key }}"'
    rules = f'path "probe/rows" {{ capabilities = ["list"]\n {more} }}\npath "probe/b" {{ capabilities = ["read"] }}\n'
    people = await People.start(rules + controlled("probe/a", factor()))
    for name in "ab":
        await people.node.ok("POST", f"probe/rows/{name}", {"text": "x"})
    assert (await people.tries("rita", "LIST", "probe/rows")).data["keys"] == ["b"]


async def test_an_unwrap_that_needs_approval_itself_waits() -> None:
    """A control group on the unwrap isn't skipped because what it opens waits as well."""
    people = await People.start(controlled("kv/*", factor()) + controlled("sys/wrapping/unwrap", factor()))
    waiting = await people.asks()
    await people.approves("ann", waiting)
    answer = await people.unwraps("rita", waiting)
    assert answer.body["wrap_info"]["creation_path"] == "sys/wrapping/unwrap"
    assert answer.body["data"] is None


@pytest.mark.parametrize("move", [False, True], ids=["disabled", "moved"])
async def test_another_mount_with_the_path_is_not_asked(move: bool) -> None:
    """A mount that gets the path while the request waits isn't what was approved."""
    people = await People.start()
    waiting, node = await people.asks("rita", "POST", "kv/app", {"k": "approved"}), people.node
    await people.approves("ann", waiting)
    if move:
        await node.ok("POST", "sys/remount", {"from": "kv", "to": "old"})
    else:
        await node.ok("DELETE", "sys/mounts/kv")
        await people.settle()
    gone = "the mount that this request asked was disabled or moved, so it has to be made again"
    assert (await people.unwraps("rita", waiting)).error == gone
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "kv/app", {"k": "other"})
    assert (await people.unwraps("rita", waiting)).error == gone
    assert (await node.ok("GET", "kv/app")).data == {"k": "other"}


async def test_a_login_that_was_asked_for_is_made_at_its_time() -> None:
    """A controlled `auth/token/create` makes no token before, and then a child of the token that asked."""
    people = await People.start(controlled("auth/token/create", factor()))
    waiting = await people.asks("rita", "POST", "auth/token/create", {"policies": ["asker"]})
    await people.approves("ann", waiting)
    auth = (await people.unwraps("ann", waiting)).body["auth"]
    shown = (await people.node.ok("POST", "auth/token/lookup", {"token": auth["client_token"]})).data
    assert (shown["entity_id"], shown["orphan"]) == (people.ids["rita"], False)
    await people.node.ok("POST", "auth/token/revoke", {"token": people.tokens["rita"]})
    assert (await people.node.ask("GET", "auth/token/lookup-self", None, auth["client_token"])).status == 403


async def test_a_lease_belongs_to_the_token_that_asked() -> None:
    """A leased secret ends with the token that asked for it, not with that of the unwrap."""
    people = await People.start(controlled("probe/secret", factor()))
    waiting = await people.asks("rita", "POST", "probe/secret")
    await people.approves("ann", waiting)
    lease = (await people.unwraps("ann", waiting)).body["lease_id"]
    await people.node.ok("PUT", "sys/leases/lookup", {"lease_id": lease})
    await people.node.ok("POST", "auth/token/revoke", {"token": people.tokens["rita"]})
    await people.settle()
    assert (await people.node.ask("PUT", "sys/leases/lookup", {"lease_id": lease})).status == 400


@pytest.mark.parametrize("seed", range(6))
async def test_no_sequence_of_requests_executes_without_the_approvals(seed: int) -> None:
    """A random walk over everything that people do with some requests, beside a model of what may happen.

    A request is executed only by an unwrap while two managers, not counting whoever asked, have approved it and are not
    disabled, and only once.
    """
    rng = random.Random(seed)
    people = await People.start(controlled("probe/*", factor(approvals=2)) + APPROVERS)
    await people.group("managers", "rita", "carl")
    executed: list[str] = []

    async def note(request: Request) -> None:
        executed.append(str(request.data["text"]))

    people.node.probe.after = note
    members, disabled = {"rita", "ann", "bob", "carl"}, set[str]()
    waiting: list[tuple[str, dict[str, Any]]] = []
    given: dict[str, set[str]] = {}
    done: set[str] = set()
    everybody = ("rita", "rico", "ann", "bob", "carl")
    for step in range(120):
        who = rng.choice(everybody)
        match rng.choice(
            ("ask", "approve", "approve", "approve", "unwrap", "unwrap", "leave", "join", "disable", "odd")
        ):
            case "ask" if who in {"rita", "rico"} and who not in disabled:
                text = f"{who}-{step}"
                waiting.append((text, await people.asks(who, "POST", "probe/rows/a", {"text": text})))
                given[text] = set()
            case "approve" if waiting:
                text, info = rng.choice(waiting)
                answer = await people.approves(who, info)
                may = who in members - disabled and not text.startswith(who) and text not in done
                assert (answer.status == 200) == (may and who not in given[text]), (text, who, answer)
                if answer.status == 200:
                    given[text].add(who)
            case "unwrap" if waiting:
                text, info = rng.choice(waiting)
                answer = await people.unwraps(rng.choice((who, "")), info)
                asker = text.partition("-")[0]
                may = text not in done and len(given[text] - disabled) >= 2 and asker not in disabled
                assert answer.status != 200 or may, (text, given, answer)
                if answer.status == 200:
                    done.add(text)
            case "leave" if who in members - {"rita"}:
                await people.leaves(who, "managers")
                members.discard(who)
            case "join" if who != "rico":
                await people.group("managers", who)
                members.add(who)
            case "disable":
                await people.changes(who, disabled=who not in disabled)
                disabled ^= {who}
            case "odd" if waiting:
                text, info = rng.choice(waiting)
                path = rng.choice(("sys/wrapping/rewrap", "sys/wrapping/lookup", "cubbyhole/wrapping/unwrap"))
                await people.tries(who, "POST", path, {"token": info["token"]})
        assert sorted(executed) == sorted(done)
    assert waiting
