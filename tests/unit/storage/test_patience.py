"""What is left of a wait for the store when it has ended."""

from __future__ import annotations

import asyncio
import gc
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
