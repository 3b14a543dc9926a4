"""What clients are told of how long a lease lasts: with their token, and up to the longest time."""

from __future__ import annotations

from strongroom.audit.entry import timestamp
from tests.flow.sysapi.leases_world import World
from tests.flow.sysapi.test_leases_terms import People, read


async def test_a_lease_that_ends_with_its_token_says_so() -> None:
    """In the answer and in the lookup; not if the token lasts longer, and not of a lease of the entity."""
    world = await World.start()
    people = await People.of(world)
    token, _ = await people.login("ann", token_ttl="60s", token_max_ttl="12h")
    ends = timestamp(world.clock.now() + 60)
    body = await read(world, token)
    assert body["warnings"] == [f"the lease ends with its token at {ends}, unless the token is renewed"]
    shown = (await world.server.ok("POST", "sys/leases/lookup", {"lease_id": body["lease_id"]})).data
    assert (shown["bound_by"], shown["max_expire_time"], shown["owner"]) == ("token", ends, "token")
    renewed = (
        await world.server.ok("POST", "sys/leases/renew", {"lease_id": body["lease_id"], "increment": 7200})
    ).body
    assert renewed["warnings"] == body["warnings"]
    await world.server.ok("POST", "auth/token/renew-self", {"increment": "12h"}, token=token)
    assert (await read(world, token))["warnings"] is None
    world.outside.terms = {"owner": "entity"}
    short, _ = await people.login("ann", token_ttl="60s")
    body = await read(world, short)
    assert body["warnings"] is None
    shown = (await world.server.ok("POST", "sys/leases/lookup", {"lease_id": body["lease_id"]})).data
    assert (shown["bound_by"], shown["owner"], shown["account"]) == ("mount", "entity", body["data"]["name"])
    world.outside.terms = {}
    assert (await read(world))["warnings"] is None


async def test_what_bounds_a_lease_is_told() -> None:
    """Its role's longest time or its mount's, whichever is less; a batch token's end before both."""
    world = await World.start()
    people = await People.of(world)
    for terms, by, longest_s in (({"max_ttl_s": 7200}, "role", 7200), ({}, "mount", 768 * 3600)):
        world.outside.terms = terms
        lease = (await read(world))["lease_id"]
        shown = (await world.server.ok("POST", "sys/leases/lookup", {"lease_id": lease})).data
        assert shown["bound_by"] == by
        assert shown["max_expire_time"] == timestamp(world.clock.now() + longest_s)
    batch, _ = await people.login("ann", token_type="batch", token_ttl="5m")
    lease = (await read(world, batch))["lease_id"]
    shown = (await world.server.ok("POST", "sys/leases/lookup", {"lease_id": lease})).data
    assert shown["bound_by"] == "token"


async def test_the_last_renewal_is_told() -> None:
    """15 seconds each, 40 in all: the third renewal is cut and is the last, and says when and why."""
    world = await World.start()
    world.outside.terms = {"ttl_s": 15, "max_ttl_s": 40}
    began, lease = world.clock.now(), (await read(world))["lease_id"]
    told = []
    for _ in range(3):
        world.clock.advance(10)
        answer = (await world.server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 15})).body
        told.append((answer["lease_duration"], answer["warnings"]))
    at = timestamp(began + 40)
    last = f"this was the last renewal: the lease ends at {at}, because its role allows no longer time"
    assert told[:2] == [(15, None), (15, None)]
    assert told[2][0] == 10
    assert told[2][1][1:] == [last]
    assert "TTL value is capped" in told[2][1][0]


async def test_a_renewal_that_shortens_says_so() -> None:
    """The client asked for less than is left."""
    world = await World.start()
    lease = (await read(world))["lease_id"]
    ends = timestamp(world.clock.now() + 60)
    answer = (await world.server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 60})).body
    assert answer["warnings"] == [f"the lease ends earlier than before this renewal, at {ends}"]
