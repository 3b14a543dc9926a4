"""Sessions: one for each configuration, closed when it has changed or nobody uses it."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.engines.database.driver import Session, Target
from strongroom.engines.database.sessions import IDLE_S, Key, Sessions
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.testing.clock import SetClock
from tests.flow.engines.database.standing_in import NAME, Place, StandIn

TARGET = Target(name="x", plugin=NAME, details={}, username="root", password="first")


def _sessions(place: Place, clock: SetClock) -> Sessions:
    return Sessions(lambda plugin: StandIn(place), clock=clock.monotonic)


async def _ping(session: Session) -> None:
    await session.ping()


async def test_one_session_serves_until_its_configuration_changes() -> None:
    """Those of other mounts and connections are others."""
    place = Place()
    sessions = _sessions(place, SetClock())
    for key, count in (
        (Key("m", "c", "1"), 1),
        (Key("m", "c", "1"), 1),
        (Key("m", "d", "1"), 2),
        (Key("n", "c", "1"), 3),
        (Key("m", "c", "2"), 3),
    ):
        await sessions.use(key, TARGET, _ping)
        await asyncio.sleep(0)
        assert place.open == count
    await sessions.close()
    assert place.open == 0


async def test_a_session_that_nobody_uses_is_closed() -> None:
    """But none that is being used."""
    place, clock = Place(), SetClock()
    sessions = _sessions(place, clock)
    goes_on = asyncio.Event()

    async def wait(session: Session) -> None:
        await goes_on.wait()

    using = asyncio.create_task(sessions.use(Key("m", "used", "1"), TARGET, wait))
    await sessions.use(Key("m", "idle", "1"), TARGET, _ping)
    clock.advance(IDLE_S)
    await sessions.use(Key("m", "other", "1"), TARGET, _ping)
    await asyncio.sleep(0)
    assert place.open == 2
    goes_on.set()
    await using
    await sessions.close()


async def test_a_session_under_way_is_not_cut_by_a_new_configuration() -> None:
    """It is closed, and what uses it ends by itself."""
    place = Place()
    sessions = _sessions(place, SetClock())
    goes_on = asyncio.Event()

    async def wait(session: Session) -> str:
        await goes_on.wait()
        await session.ping()
        return "done"

    using = asyncio.create_task(sessions.use(Key("m", "c", "1"), TARGET, wait))
    await asyncio.sleep(0)
    await sessions.use(Key("m", "c", "2"), TARGET, _ping)
    goes_on.set()
    assert await using == "done"
    await sessions.close()


async def test_silence_opens_the_breaker_and_a_refusal_does_not() -> None:
    """Of that connection alone; its state is known."""
    place, clock = Place(), SetClock()
    sessions = _sessions(place, clock)
    key = Key("m", "c", "1")
    for _ in range(5):
        with pytest.raises(UpstreamFailed, match="refused"):
            await sessions.use(Key("m", "c", "0"), Target("x", NAME, {}, "root", "wrong"), _ping)
    await sessions.use(key, TARGET, _ping)
    place.down = True
    for _ in range(3):
        with pytest.raises(Unreachable):
            await sessions.use(key, TARGET, _ping)
    asked = place.asked
    with pytest.raises(Unreachable, match="is asked again in"):
        await sessions.use(key, TARGET, _ping)
    assert place.asked == asked
    assert sessions.state(key).failures == 3
    place.down = False
    await sessions.use(Key("m", "d", "1"), TARGET, _ping)
    clock.advance(60)
    await sessions.use(key, TARGET, _ping)
    assert sessions.state(key).failures == 0
    await sessions.close()
