"""A class of work with a lane for each mount.  A mount whose system hangs or fails delays no other mount."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from strongroom.core.lane import Lane
from strongroom.services.due import due_rows, groups
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

Batch = Callable[[str, Fence, float], Awaitable[int]]
"""Does some of the due work of one mount, given by its id.  Returns the number of things done."""


class MountLanes:
    """Does the due work of a kind that is grouped by mount.

    Args:
        kind: one of `barrier.due.BY_MOUNT`.
    """

    def __init__(self, services: Services, kind: str, batch: Batch) -> None:
        self._storage = services.barrier.storage
        self._kind = kind
        self._batch = batch
        self._ended = services.ended
        self._ended.setdefault(kind, 0)

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one batch of every mount, and wait for all of them."""
        mounts = await groups(self._storage, self._kind)
        return sum(await asyncio.gather(*(self._lane(mount).run_once(fence, now) for mount in mounts)))

    async def run_forever(self, fence: Fence, pause_s: float) -> None:
        """Find mounts with due work, and run a lane for each until it has none."""
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
        """Start lanes that aren't running.  Always returns 0, because each mount's lane counts its own work."""
        idle = [mount for mount in await groups(self._storage, self._kind) if mount not in running]
        first = await asyncio.gather(*(due_rows(self._storage, self._kind, now, 1, mount) for mount in idle))
        for mount in (mount for mount, rows in zip(idle, first, strict=True) if rows):
            running[mount] = asyncio.create_task(self._drain(running, mount, fence))
        return 0

    async def _drain(self, running: dict[str, asyncio.Task[None]], mount: str, fence: Fence) -> None:
        lane = self._lane(mount)
        try:
            while await lane.try_once(self._storage, fence):
                pass
        finally:
            del running[mount]

    def _lane(self, mount: str) -> Lane:
        return Lane(self._kind, partial(self._batch, mount), self._ended)
