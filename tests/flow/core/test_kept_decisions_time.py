"""Whatever is compared with the clock ends a decision that is remembered: each kind of bound, stepped over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.flow.core.kept import READING, READS, Kept
from tests.flow.identity.people import People

Setting = Callable[[Kept], Awaitable[str]]
"""Makes what ends a minute from now; the token of the client."""

CREATES = READS + '\npath "auth/token/create" { capabilities = ["update"] }'


async def _ttl(kept: Kept) -> str:
    return await kept.token(ttl="60s")


async def _batch(kept: Kept) -> str:
    return await kept.token(ttl="60s", type="batch")


async def _period(kept: Kept) -> str:
    return await kept.token(period="60s")


async def _explicit(kept: Kept) -> str:
    return await kept.token(ttl="50s", explicit_max_ttl="60s")


async def _parent(kept: Kept) -> str:
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": CREATES})
    return await kept.token(await kept.token(ttl="60s"), ttl="1h")


async def _batch_of_parent(kept: Kept) -> str:
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": CREATES})
    return await kept.token(await kept.token(ttl="60s"), ttl="1h", type="batch")


async def _grandparent(kept: Kept) -> str:
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": CREATES})
    return await kept.token(await kept.token(await kept.token(ttl="60s"), ttl="1h"), ttl="1h")


async def _rule(kept: Kept) -> str:
    until = kept.node.clock.now() + 60
    rules = f'path "kv/a" {{ capabilities = ["read"]\n expiration = {int(until)} }}'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    return await kept.token()


async def _policy(kept: Kept) -> str:
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": READS, "ttl": "60s"})
    return await kept.token()


async def _denial(kept: Kept) -> str:
    """A rule that is more exact than one which denies, and ends."""
    until = int(kept.node.clock.now() + 60)
    rules = f'path "kv/*" {{ policy = "deny" }}\npath "kv/a" {{ capabilities = ["read"]\n expiration = {until} }}'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    return await kept.token()


async def _of_entity(kept: Kept) -> str:
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": READS, "ttl": "60s"})
    await kept.node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await kept.node.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    auth = (await kept.node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")).body["auth"]
    await kept.node.ok("POST", f"identity/entity/id/{auth['entity_id']}", {"policies": ["reads"]})
    return str(auth["client_token"])


async def _of_login(kept: Kept) -> str:
    await kept.node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    user = {"password": "right", "token_policies": "reads", "token_ttl": "60s"}
    await kept.node.ok("POST", "auth/userpass/users/ann", user)
    auth = (await kept.node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")).body["auth"]
    return str(auth["client_token"])


SETTINGS: dict[str, Setting] = {
    "a token's time": _ttl,
    "that of a batch token": _batch,
    "the period of one that isn't renewed": _period,
    "its longest time": _explicit,
    "that of its parent": _parent,
    "that of a batch token's parent": _batch_of_parent,
    "that of its parent's parent": _grandparent,
    "a rule's": _rule,
    "a policy's": _policy,
    "that of a rule before one that denies": _denial,
    "that of an entity's policy": _of_entity,
    "that of a login": _of_login,
}


@pytest.mark.parametrize("what", SETTINGS)
async def test_a_decision_ends_with_its_time(what: str) -> None:
    """Remembered half a minute before the end, it counts until then, and not a moment longer."""
    kept = await Kept.start()
    token = await SETTINGS[what](kept)
    kept.node.clock.advance(30)
    if what == "its longest time":
        await kept.node.ok("POST", "auth/token/renew", {"token": token, "increment": "1h"})
    await kept.remembered(token)
    kept.node.clock.advance(29)
    assert (await kept.ask(token)).status == 200
    assert kept.names() == [("read", READING[1])]
    kept.node.clock.advance(1.01)
    assert (await kept.ask(token)).status == 403


async def test_a_decision_ends_with_a_membership() -> None:
    """Whoever was in a group by what a directory said is in it for a time, and remembered for no longer."""
    people = await People.start()
    kept = Kept(people.node)
    await people.external("devs", "devs", policies="groups", membership_ttl="60s")
    token = (await people.login("ann", group_aliases=("devs",)))["client_token"]
    asked = ("GET", "kv/groups", None)
    people.clock.advance(30)
    await kept.remembered(token, asked)
    people.clock.advance(29)
    assert (await kept.ask(token, asked)).status == 200
    people.clock.advance(1.01)
    assert (await kept.ask(token, asked)).status == 403


async def test_a_renewed_token_goes_on() -> None:
    """A renewal moves the end: the earlier one doesn't count any more, the new one does."""
    kept = await Kept.start()
    token = await kept.token(ttl="60s")
    await kept.remembered(token)
    kept.node.clock.advance(59)
    await kept.node.ok("POST", "auth/token/renew", {"token": token, "increment": "60s"})
    await kept.remembered(token)
    kept.node.clock.advance(59)
    assert (await kept.ask(token)).status == 200
    kept.node.clock.advance(2)
    assert (await kept.ask(token)).status == 403


async def test_what_a_token_shows_of_its_time_is_never_remembered() -> None:
    """Only who may ask is; the answer is made for each request."""
    kept = await Kept.start()
    rules = 'path "auth/token/lookup-self" { capabilities = ["read"] }'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    token = await kept.token(ttl="60s")
    asked = ("GET", "auth/token/lookup-self", None)
    await kept.remembered(token, asked)
    shown = []
    for _ in range(3):
        shown.append((await kept.ask(token, asked)).data["ttl"])
        kept.node.clock.advance(10)
    assert shown == [60, 50, 40]


async def test_a_clock_that_is_set_back() -> None:
    """What was decided later counts no longer than it would have: the bound is a point in time."""
    kept = await Kept.start()
    token = await kept.token(ttl="60s")
    await kept.remembered(token)
    kept.node.clock.advance(-3600)
    assert (await kept.ask(token)).status == 200
    kept.node.clock.advance(3600 + 61)
    assert (await kept.ask(token)).status == 403
