"""A class of work with a lane for each group: a mount, or a system of a mount.

A system that hangs or fails delays no other group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from strongroom.core.lane import Lane
from strongroom.services.due import due_rows, groups
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

Batch = Callable[[str, Fence, float], Awaitable[int]]
"""Does some of the due work of one group, given by its name.  Returns the number of things done."""
_LOOKED_AT = 500
"""Groups without a lane that one look reads the first row of.  The next look goes on behind them."""


class MountLanes:
    """Does the due work of a kind whose groups are of one mount each.

    Args:
        kind: one of `barrier.due.BY_MOUNT`.
    """

    def __init__(self, services: Services, kind: str, batch: Batch) -> None:
        self._storage = services.barrier.storage
        self._kind = kind
        self._batch = batch
        self._after = ""
        self._ended = services.ended
        self._ended.setdefault(kind, 0)

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one batch of every group, and wait for all of them."""
        names = await groups(self._storage, self._kind)
        return sum(await asyncio.gather(*(self._lane(group).run_once(fence, now) for group in names)))

    async def run_forever(self, fence: Fence, pause_s: float) -> None:
        """Find groups with due work, and run a lane for each until it has none."""
        running: dict[str, asyncio.Task[None]] = {}
        look = Lane(self._kind, partial(self._look, running), self._ended)
        try:
            await look.run_forever(self._storage, fence, pause_s)
        finally:
            tasks = list(running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self, running: dict[str, asyncio.Task[None]], fence: Fence, now: float) -> int:
        """Start lanes that aren't running.  Always returns 0, because each lane counts its own work."""
        idle = [group for group in await groups(self._storage, self._kind) if group not in running]
        behind = [group for group in idle if group > self._after]
        turn = [*behind, *(group for group in idle if group <= self._after)][:_LOOKED_AT]
        self._after = turn[-1] if turn else ""
        first = await asyncio.gather(*(due_rows(self._storage, self._kind, now, 1, group) for group in turn))
        for group in (group for group, rows in zip(turn, first, strict=True) if rows):
            running[group] = asyncio.create_task(self._drain(running, group, fence))
        return 0

    async def _drain(self, running: dict[str, asyncio.Task[None]], group: str, fence: Fence) -> None:
        lane = self._lane(group)
        try:
            while await lane.try_once(self._storage, fence):
                pass
        finally:
            del running[group]

    def _lane(self, group: str) -> Lane:
        return Lane(self._kind, partial(self._batch, group), self._ended)
