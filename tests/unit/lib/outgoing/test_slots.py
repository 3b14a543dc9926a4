"""Places before other systems: one that hangs takes only its own."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import RateLimited, Unreachable
from strongroom.lib.outgoing import Slots


async def test_so_many_ask_and_so_many_wait() -> None:
    """The next one is refused at once; another system isn't concerned; who has finished leaves a place."""
    slots, over = Slots("the directory", at_once=2, waiting=3), asyncio.Event()
    inside = 0

    async def ask(target: str) -> None:
        nonlocal inside
        async with slots.place(target, total_s=30):
            inside += 1
            await over.wait()

    waiting = [asyncio.create_task(ask("a")) for _ in range(5)]
    await asyncio.sleep(0)
    assert (inside, slots.taken, slots.refused) == (2, 5, 0)
    with pytest.raises(RateLimited, match="the directory"):
        await ask("a")
    assert slots.refused == 1
    other = asyncio.create_task(ask("b"))
    await asyncio.sleep(0)
    assert inside == 3
    over.set()
    await asyncio.gather(*waiting, other)
    assert (inside, slots.taken) == (6, 0)
    await ask("a")


async def test_the_time_to_wait_is_bounded() -> None:
    """Before it is one's turn too; nobody's place stays taken."""
    slots, over = Slots("the directory", at_once=1), asyncio.Event()

    async def ask(total_s: float) -> None:
        async with slots.place("a", total_s=total_s):
            await over.wait()

    first = asyncio.create_task(ask(30))
    await asyncio.sleep(0)
    with pytest.raises(Unreachable, match="the directory did not answer in time"):
        await ask(0.02)
    assert slots.taken == 1
    over.set()
    await first
    await ask(0.5)
    assert slots.taken == 0
