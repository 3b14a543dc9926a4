"""Keys that take long are made beside the event loop, a bounded number at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from strongroom.lib.errors import RateLimited
from strongroom.lib.generation import Generation


async def test_work_runs_in_another_thread() -> None:
    """The loop's thread does none of it."""
    assert await Generation().make(threading.get_ident) != threading.get_ident()


async def test_more_than_may_wait_are_refused() -> None:
    """One works, two wait, the fourth is refused; when there is room again, so is nobody."""
    generation, begun, go_on = Generation(at_once=1, waiting=2), threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return go_on.wait(60)

    tasks = [asyncio.create_task(generation.make(work)) for _ in range(3)]
    await asyncio.to_thread(begun.wait, 60)
    with pytest.raises(RateLimited, match="3 of a process at the most"):
        await generation.make(work)
    go_on.set()
    assert await asyncio.gather(*tasks) == [True, True, True]
    assert await generation.make(work)


async def test_a_client_that_has_gone_keeps_its_place_until_its_work_ends() -> None:
    """Whoever asks and goes away, again and again, can't have more work done than others."""
    generation, begun, go_on = Generation(at_once=1, waiting=0), threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return go_on.wait(60)

    gone = asyncio.create_task(generation.make(work))
    await asyncio.to_thread(begun.wait, 60)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    with pytest.raises(RateLimited):
        await generation.make(work)
    go_on.set()


async def test_an_error_frees_the_place() -> None:
    """Work that fails doesn't count for ever."""
    generation = Generation(at_once=1, waiting=0)

    def fails() -> None:
        raise ValueError("no key")

    for _ in range(3):
        with pytest.raises(ValueError, match="no key"):
            await generation.make(fails)
