"""Clients wait for a turn: what they are told, and who is next."""

from __future__ import annotations

from strongroom.engines.turns.logic import PATIENCE_S
from tests.flow.engines.turns.world import client, give, names, served, take


async def test_who_waits_is_told_by_whom_he_is_kept_waiting() -> None:
    """And until when, and when to ask again, in the text, in data and in the header."""
    server = await served(size=2)
    tokens = [await client(server) for _ in range(5)]
    taken = [await take(server, token, f"web-{at}") for at, token in enumerate(tokens)]
    assert [each.status for each in taken] == [200, 200, 429, 429, 429]
    since, until = "2023-11-14T22:13:20Z", "2023-11-14T22:14:20Z"
    who = ", ".join(f'"web-{at}" has one since {since}, until {until} unless it is renewed' for at in range(2))
    assert taken[2].error == f'no turn of the group "web" is free: {who}; ask again in 1 s'
    assert taken[3].error == f'no turn of the group "web" is free: {who}; 1 has waited longer; ask again in 1 s'
    assert taken[4].error == f'no turn of the group "web" is free: {who}; 2 have waited longer; ask again in 2 s'
    assert taken[4].body["data"] == {"group": "web", "ahead": 2, "retry_after": 2}
    for told in taken[2:]:
        assert not any(each.data["turn"] in str(told.body) for each in taken[:2])


async def test_a_long_list_of_holders_is_cut() -> None:
    """Three are named."""
    server = await served(size=5)
    for at in range(5):
        assert (await take(server, await client(server), f"web-{at}")).status == 200
    told = (await take(server, await client(server))).error
    assert '"web-2"' in told
    assert '"web-3"' not in told
    assert "and 2 more; ask again" in told


async def test_a_place_whose_lease_has_ended_isnt_free_yet() -> None:
    """Those who wait are told that it is about to be."""
    server = await served()
    await take(server, await client(server), "web-1")
    server.clock.advance(61)
    told = await take(server, await client(server))
    assert (told.status, '"web-1" has one since 2023-11-14T22:13:20Z, ending now' in told.error) == (429, True)


async def test_who_asks_too_often_writes_nothing() -> None:
    """The store stays at its revision."""
    server = await served()
    await take(server, await client(server))
    token = await client(server)
    await take(server, token)
    before = await server.services.barrier.storage.synced()
    for _ in range(3):
        assert (await take(server, token)).status == 429
    assert await server.services.barrier.storage.synced() == before
    server.clock.advance(1)
    await take(server, token)
    assert await server.services.barrier.storage.synced() != before


async def test_the_line_is_kept() -> None:
    """Who has asked first gets the next turn; who has stopped asking is forgotten, and blocks nobody."""
    server = await served(ttl="10m")
    tokens = {name: await client(server) for name in ("first", "dead", "second", "third")}
    taken = await take(server, tokens["first"], "first")
    for name in ("dead", "second", "third"):
        await take(server, tokens[name], name)
        server.clock.advance(1)
    server.clock.advance(PATIENCE_S / 2)
    for name in ("third", "second"):
        assert (await take(server, tokens[name], name)).status == 429
    await give(server, tokens["first"], taken.data["turn"])
    told = await take(server, tokens["third"], "third")
    assert told.error == (
        'the free turns of the group "web" are for those who have waited longer, 2 in all; ask again in 3 s'
    )
    server.clock.advance(PATIENCE_S / 2 - 1)
    assert await names(server, "waiting") == ["second", "third"]
    assert (await take(server, tokens["third"], "third")).body["data"]["ahead"] == 1
    assert (await take(server, tokens["second"], "second")).status == 200
    assert await names(server, "waiting") == ["third"]


async def test_a_clock_that_goes_back_blocks_nobody() -> None:
    """Who has asked in what is the future now is as good as dead, unless he asks again."""
    server = await served()
    one, other = await client(server, ttl="0"), await client(server)
    taken = await take(server, one, "first")
    await take(server, other, "dead")
    server.clock.advance(-3600)
    await give(server, one, taken.data["turn"])
    assert (await take(server, await client(server), "next")).status == 200
