"""The hold that keeps all other processes from committing: a field of the head, which every transaction depends on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.conditional.cells import Cells, UnclearError
from strongroom.storage.conditional.layout import HEAD, Hold
from strongroom.storage.conditional.looking import Looking, Seen

DEAD_AFTER_S: Final = 5.0
"""How long a hold has to stand still before others end it.  Its process is dead then, or cut off."""
_BEAT_S: Final = 1.0
_AGAIN_S: Final = 0.02
"""How long others wait until they look again."""


def hold_lost() -> StorageError:
    """The error for what depended on a hold that others have ended."""
    return StorageError("the store failed", detail="others have ended the hold of this process")


class Holds:
    """The holds of one process, and what it knows of others'.

    No clocks are compared: a hold is dead when this process has seen it without a change for a time.  The process that
    had it learns of that at its next transaction, which fails.
    """

    def __init__(self, cells: Cells, looking: Looking, clock: Clock, random: Random) -> None:
        self._cells = cells
        self._looking = looking
        self._clock = clock
        self._random = random
        self._watched: Hold | None = None
        self._since = 0.0

    @asynccontextmanager
    async def hold(self, timeout_s: float) -> AsyncIterator[str]:
        """Take the hold, and keep it until the block ends.  Yields its id.  Raises `StorageError` on time-out."""
        hold_id = self._random.bytes(8).hex()
        await self._take(hold_id, timeout_s)
        beating = asyncio.create_task(self._beat(hold_id), name="strongroom-hold")
        try:
            yield hold_id
        finally:
            beating.cancel()
            await asyncio.wait({beating})
            await self._give(hold_id)

    async def wait(self, hold: Hold) -> bool:
        """Wait a moment for somebody's hold.  Returns whether it is dead, so that it may be ended."""
        now = self._clock.monotonic()
        if hold != self._watched:
            self._watched, self._since = hold, now
        elif now - self._since > DEAD_AFTER_S:
            return True
        await asyncio.sleep(_AGAIN_S)
        return False

    async def _take(self, hold_id: str, timeout_s: float) -> None:
        deadline = self._clock.monotonic() + timeout_s
        while True:
            seen = await self._looking.look()
            held = seen.head.hold
            if held is not None and held.id == hold_id:
                return  # by a transaction whose answer was lost
            if (held is None or await self.wait(held)) and await self._write(seen, Hold(hold_id, 0)):
                return
            if self._clock.monotonic() >= deadline:
                raise StorageError("another transaction holds the store", detail=f"waited {timeout_s} s")

    async def _beat(self, hold_id: str) -> None:
        """Show the others that this process lives."""
        while True:
            await asyncio.sleep(_BEAT_S)
            try:
                seen = await self._looking.look()
                held = seen.head.hold
                if held is None or held.id != hold_id:
                    return  # the next transaction finds out
                await self._write(seen, Hold(hold_id, held.beat + 1))
            except StorageError:
                continue  # the store may come back in time; if not, the next transaction tells

    async def _give(self, hold_id: str) -> None:
        """Free the hold.  If the store doesn't answer, others find it dead."""
        try:
            while True:
                seen = await self._looking.look()
                held = seen.head.hold
                if held is None or held.id != hold_id or await self._write(seen, None):
                    return
        except StorageError:
            return

    async def _write(self, seen: Seen, hold: Hold | None) -> bool:
        try:
            return await self._cells.write({HEAD: seen.moved(hold=hold)}, seen.guard) > 0
        except UnclearError:
            return False
