"""A request that others must approve isn't executed before they have."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strongroom.barrier import keys
from tests.flow.approvals.people import ALL, APPROVERS, People, controlled, factor

PENDING = "request needs further approval"
INVALID = "wrapping token is not valid or does not exist"


async def test_the_answer_comes_after_the_approval() -> None:
    """Until then the unwrap says so, without using the token up; afterwards it gives the request's own answer once."""
    people = await People.start()
    waiting = await people.asks()
    assert (waiting["ttl"], waiting["creation_path"]) == (24 * 3600, "kv/app")
    for who in ("rita", "", "ann", ""):
        early = await people.unwraps(who, waiting)
        assert (early.status, early.errors) == (403, [PENDING])
    assert (await people.approves("ann", waiting)).data == {"approved": True}
    answer = await people.unwraps("rita", waiting)
    assert (answer.status, answer.data) == (200, {"k": "v"})
    for who in ("rita", ""):
        again = await people.unwraps(who, waiting)
        assert (again.status, again.errors) == (400, [INVALID])
    await people.settle()
    assert not (await people.node.store.scan(keys.area("root", "cubbyhole"))).names


async def test_the_token_alone_unwraps() -> None:
    """A client without any other token can unwrap, as with other wrapped answers."""
    people = await People.start()
    waiting = await people.asks()
    await people.approves("ann", waiting)
    assert (await people.unwraps("", waiting)).data == {"k": "v"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "kv/app", None),
        ("POST", "kv/new", {"a": "canary-body"}),
        ("POST", "kv/app", {"a": "canary-body"}),
        ("DELETE", "kv/app", None),
        ("LIST", "kv/", None),
        ("LIST", "kv", None),
        ("GET", "kv/?list=true", None),
        ("SCAN", "kv/", None),
    ],
)
async def test_nothing_happens_before(method: str, path: str, body: Any) -> None:
    """Every operation waits: nothing of the mount changes, and the store has no plaintext."""
    people = await People.start()
    prefix = "shared/root/"
    before = {key: value for key, value in people.node.rows().items() if _of_mounts(key, prefix)}
    waiting = await people.asks("rita", method, path, body)
    assert (await people.unwraps("rita", waiting)).status == 403
    assert {key: value for key, value in people.node.rows().items() if _of_mounts(key, prefix)} == before
    assert not any(b"canary" in value for value in people.node.rows().values())
    await people.approves("ann", waiting)
    direct = await people.node.ask(method, path, body) if method in {"GET", "LIST", "SCAN"} else None
    answer = await people.unwraps("rita", waiting)
    assert answer.status in {200, 204}
    if direct is not None:
        assert answer.data == direct.data
    elif method == "POST":
        assert (await people.node.ok("GET", path)).data == body
    else:
        assert (await people.node.ask("GET", path)).status == 404


def _of_mounts(key: str, prefix: str) -> bool:
    """Whether a row belongs to a mount, which has a UUID for an id."""
    return key.startswith(prefix) and key[len(prefix) :].partition("/")[0].count("-") == 4


async def test_of_many_unwraps_one_executes() -> None:
    """Eight clients on two nodes unwrap at the same time: the write takes place once."""
    people = await People.start(controlled("probe/*", factor()))
    other = await people.node.peer()
    waiting = await people.asks("rita", "POST", "probe/rows/a", {"text": "x"})
    await people.approves("ann", waiting)
    asked = {"token": waiting["token"]}
    answers = await asyncio.gather(
        *(node.ask("POST", "sys/wrapping/unwrap", asked, people.tokens["rita"]) for node in [people.node, other] * 4)
    )
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    assert sum(answer.status == 200 for answer in answers) == 1


async def test_it_waits_on_every_node_and_through_restarts() -> None:
    """Asked on one node, approved on a second, unwrapped on a third that started since."""
    people = await People.start()
    waiting = await people.asks()
    people.node = await people.node.peer()
    await people.approves("ann", waiting)
    people.node = await people.node.peer()
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}


async def test_an_error_leaves_the_request_waiting() -> None:
    """If it can't be executed, nothing was done, and it can be unwrapped again."""
    people = await People.start(controlled("probe/*", factor()))
    waiting = await people.asks("rita", "POST", "probe/rows/a", {"text": ["no text"]})
    await people.approves("ann", waiting)
    assert (await people.unwraps("rita", waiting)).status == 400
    assert (await people.reads("rita", waiting)).data["approved"] is True


async def test_the_listed_rule_counts_at_the_time_of_the_unwrap() -> None:
    """What the policies have forbidden since isn't executed; a demand that was added since isn't skipped."""
    people = await People.start()
    waiting = await people.asks()
    await people.approves("ann", waiting)
    await people.rules('path "other/*" { capabilities = ["read"] }')
    refused = await people.unwraps("rita", waiting)
    assert (refused.status, refused.errors) == (403, ["1 error occurred:\n\t* permission denied\n\n"])
    await people.rules(controlled("kv/*", factor(), factor("audit", '["auditors"]')))
    changed = await people.unwraps("rita", waiting)
    assert changed.status == 400
    assert "made again" in changed.error
    await people.rules(controlled("kv/*", factor(approvals=2)))
    assert (await people.unwraps("rita", waiting)).status == 400
    await people.rules('path "kv/*" { capabilities = ["read"] }')
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}


async def test_approvals_count_even_if_the_rule_is_gone() -> None:
    """A request that waits stays one, though the policies would let it pass now."""
    people = await People.start()
    waiting = await people.asks()
    await people.rules('path "kv/*" { capabilities = ["read"] }')
    assert (await people.unwraps("rita", waiting)).error == PENDING


@pytest.mark.parametrize("end", ["revoked", "orphaned", "expired", "disabled", "mount", "waiting revoked", "too late"])
async def test_it_ends_with_its_token(end: str) -> None:
    """When the token that asked isn't valid any more, or the time is over, nothing can execute the request."""
    people = await People.start()
    node = people.node
    await node.ok("POST", "auth/userpass/users/rita", {"token_ttl": 100})
    await people.logs_in("rita")
    waiting = await people.asks()
    await people.approves("ann", waiting)
    match end:
        case "revoked":
            await node.ok("POST", "auth/token/revoke", {"token": people.tokens["rita"]})
        case "orphaned":
            await node.ok("POST", "auth/token/revoke-orphan", {"token": people.tokens["rita"]})
        case "expired":
            node.clock.advance(101)
        case "disabled":
            await people.changes("rita", disabled=True)
        case "mount":
            await node.ok("DELETE", "sys/auth/userpass")
        case "waiting revoked":
            await node.ok("POST", "auth/token/revoke-accessor", {"accessor": waiting["accessor"]})
        case _:
            await people.rules(controlled("kv/*", factor(), more='ttl = "5s"'))
            waiting = await people.asks()
            await people.approves("ann", waiting)
            node.clock.advance(5)
    for token in (node.root, waiting["token"]):
        answer = await node.ask("POST", "sys/wrapping/unwrap", {"token": waiting["token"]}, token)
        assert answer.status in {400, 403}, answer
        assert "k" not in (answer.body.get("data") or {})


async def test_the_client_address_bounds_of_the_token_that_asked_count() -> None:
    """A token that is bound to some addresses gives its secrets to clients there, whoever unwraps."""
    people = await People.start()
    await people.node.ok("POST", "auth/userpass/users/rita", {"token_bound_cidrs": ["192.0.2.7/32"]})
    await people.logs_in("rita")
    waiting = await people.asks()
    await people.approves("ann", waiting)
    body = {"token": waiting["token"]}
    away = await people.node.ask("POST", "sys/wrapping/unwrap", body, people.tokens["ann"], address="198.51.100.1")
    assert away.status == 403
    assert (await people.unwraps("ann", waiting)).data == {"k": "v"}


async def test_tokens_without_an_entity_cannot_ask() -> None:
    """Whoever makes tokens without an entity can't ask with one, and then approve as themselves."""
    people = await People.start()
    for kind in ("service", "batch"):
        made = await people.node.ok("POST", "auth/token/create", {"policies": ["asker"], "type": kind, "ttl": "1h"})
        answer = await people.node.ask("GET", "kv/app", None, made.body["auth"]["client_token"])
        assert answer.status == 403
        assert "entity" in answer.error


async def test_batch_tokens_can_ask() -> None:
    """A batch token's request is executed while it lives, and waits no longer."""
    people = await People.start()
    await people.node.ok("POST", "auth/userpass/users/rita", {"token_type": "batch", "token_ttl": 100})
    await people.logs_in("rita")
    waiting = await people.asks()
    assert waiting["ttl"] <= 100
    await people.approves("ann", waiting)
    assert (await people.unwraps("rita", waiting)).data == {"k": "v"}
    waiting = await people.asks()
    await people.approves("ann", waiting)
    people.node.clock.advance(101)
    assert (await people.unwraps("ann", waiting)).status in {400, 403}


async def test_a_last_use_cannot_wait() -> None:
    """A token that ends with its request can't execute it later, and says so; an earlier use is spent once."""
    people = await People.start(controlled("kv/*", factor()) + APPROVERS)
    await people.node.ok("POST", "auth/userpass/users/rita", {"token_num_uses": 2})
    await people.logs_in("rita")
    waiting = await people.asks()
    await people.approves("ann", waiting)
    assert (await people.unwraps("", waiting)).data == {"k": "v"}
    refused = await people.tries("rita", "GET", "kv/app")
    assert refused.status == 403
    assert "last use" in refused.error


async def test_root_tokens_do_not_wait() -> None:
    """Nothing is demanded of them, as no rule is."""
    people = await People.start()
    assert (await people.node.ok("GET", "kv/app")).data == {"k": "v"}


async def test_the_time_is_the_shortest_of_all() -> None:
    """Of the rules that demand approvals of the operation, and of the settings."""
    people = await People.start()
    two = controlled("kv/*", factor(), more='ttl = "2h"')
    await people.node.ok("PUT", "sys/policies/acl/more", {"policy": controlled("kv/*", factor(), more="ttl = 1800")})
    await people.rules(two)
    assert (await people.asks())["ttl"] == 7200
    await people.node.ok("POST", "auth/userpass/users/rita", {"token_policies": "asker,more"})
    await people.logs_in("rita")
    assert (await people.asks())["ttl"] == 1800
    config = "sys/config/control-group"
    assert (await people.node.ask("GET", config)).status == 404
    await people.node.ok("POST", config, {"max_ttl": "10m"})
    assert (await people.node.ok("GET", config)).data == {"max_ttl": "10m"}
    assert (await people.asks())["ttl"] == 600
    for wrong in ({}, {"max_ttl": 0}, {"max_ttl": "x"}, {"max_ttl": -1}, {"max_ttl": "769h"}):
        assert (await people.node.ask("POST", config, wrong)).status == 400
    await people.node.ok("DELETE", config)
    assert (await people.asks())["ttl"] == 1800


async def test_a_request_that_is_too_large_to_wait_is_refused() -> None:
    """What waits is stored, and bounded."""
    people = await People.start()
    answer = await people.tries("rita", "POST", "kv/big", {"x": "y" * 1024 * 1024})
    assert answer.status == 400
    assert "too much to keep" in answer.error


async def test_paths_that_do_not_exist_are_told_at_once() -> None:
    """Nobody approves what can't be executed."""
    people = await People.start(controlled("*", factor()))
    assert (await people.tries("rita", "GET", "nowhere/a")).status == 404
    assert (await people.tries("rita", "POST", "probe/nothing")).status in {404, 405}


async def test_what_waits_is_deleted_with_its_time() -> None:
    """After the time nothing of the request or its approvals is left in the store."""
    people = await People.start(controlled("kv/*", factor(approvals=2), capabilities=ALL))
    waiting = await people.asks()
    await people.approves("ann", waiting)
    assert len((await people.node.store.scan(keys.area("root", "cubbyhole"))).names) == 2
    people.node.clock.advance(waiting["ttl"] + 1)
    await people.settle()
    assert not (await people.node.store.scan(keys.area("root", "cubbyhole"))).names
