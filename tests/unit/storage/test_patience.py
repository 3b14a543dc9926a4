"""When somebody who waits for the store is told so, and what is left of a wait that has ended."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref

from strongroom.storage.patience import patient


class _Batch:
    """Rows that wait to be committed, perhaps megabytes."""

    told = 0

    def tell(self) -> None:
        """Somebody has waited long."""
        self.told += 1


async def test_nothing_is_kept() -> None:
    """Whether the wait was short or long: garbage is collected only after tens of thousands of new objects."""
    gc.disable()
    try:
        for block_s in (0.0, 0.05):
            batch = _Batch()
            with patient(0.01, batch.tell):
                await asyncio.sleep(block_s)
            assert bool(batch.told) == bool(block_s)
            gone = weakref.ref(batch)
            del batch
            await asyncio.sleep(0.02)  # a timer that has run refers to its function until the loop's next turn
            assert gone() is None
    finally:
        gc.enable()


async def test_time_in_which_this_process_stood_still_does_not_count() -> None:
    """A machine that slept for longer than the limit says nothing about the store."""
    batch = _Batch()
    with patient(0.2, batch.tell):
        time.sleep(0.5)
        for _ in range(5):
            await asyncio.sleep(0)
    assert batch.told == 0


async def test_who_waits_on_is_told_again() -> None:
    """Each time that the limit has passed."""
    batch = _Batch()
    with patient(0.01, batch.tell):
        async with asyncio.timeout(10):
            while batch.told < 2:
                await asyncio.sleep(0.001)
