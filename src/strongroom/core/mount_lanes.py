"""A class of work with a lane for each mount: one whose system hangs or fails holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from strongroom.core.lane import Lane
from strongroom.services.due import due_rows, groups
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

Batch = Callable[[str, Fence, float], Awaitable[int]]
"""Works off some of what one mount, by its id, has due; how many things were done."""


class MountLanes:
    """Works off what is due of a kind that is grouped by mount.

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
        """Do one batch of every mount, to its end."""
        mounts = await groups(self._storage, self._kind)
        return sum(await asyncio.gather(*(self._lane(mount).run_once(fence, now) for mount in mounts)))

    async def run_forever(self, fence: Fence, pause_s: float) -> None:
        """Look for mounts that have something due, and let each go on until it hasn't."""
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
        """Start what isn't running; always 0, since the mounts' own lanes count what is done."""
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
