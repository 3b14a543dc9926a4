"""When work pauses for other requests."""

from __future__ import annotations

import asyncio

from strongroom.engines.transit.pauses import LONGEST_S, Pauses
from strongroom.testing.clock import SetClock


async def test_pauses_go_by_the_time() -> None:
    """Another task runs when enough time has passed since the last pause, and not before."""
    clock, turns = SetClock(), 0
    pauses = Pauses(clock.monotonic)

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    seen = []
    for passes in (0.0, LONGEST_S / 2, LONGEST_S, 0.0, 2 * LONGEST_S):
        clock.advance(passes)
        await pauses.take()
        seen.append(turns)
    beside.cancel()
    assert seen == [0, 0, 1, 1, 2]
