"""One class of background work, at its own pace.

Each class is a lane with a bound on what it does at once.  The lanes of a role run beside each other, and the store
puts what they commit at the same time into one batch: a class that has much to do, or waits for another system, takes
its own share and nobody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass

import structlog

from strongroom.lib.errors import StrongroomError
from strongroom.lib.fault import where
from strongroom.storage.base import Fence, Storage

log = structlog.get_logger("expiry")

Step = Callable[[Fence, float], Awaitable[int]]
"""A bounded part of a lane's work, by the role's fence and the store's clock; how many things were done."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A class of work.

    Args:
        name: the class, as metrics and the log name it.
        step: does a bounded part of it; 0 when nothing is to be done.
        ended: counts what was done, by class.
    """

    name: str
    step: Step
    ended: MutableMapping[str, int]

    def __post_init__(self) -> None:
        self.ended.setdefault(self.name, 0)

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one step; how many things were done."""
        done = await self.step(fence, now)
        self.ended[self.name] += done
        return done

    async def run_forever(self, storage: Storage, fence: Fence, pause_s: float) -> None:
        """Go on as long as there is something to do, and rest when there is nothing, or when a step fails."""
        while True:
            if not await self.try_once(storage, fence):
                await asyncio.sleep(pause_s)

    async def try_once(self, storage: Storage, fence: Fence) -> int:
        """Do one step; 0 when it fails, which is logged: the other lanes go on."""
        try:
            return await self.run_once(fence, await storage.now())
        except StrongroomError as error:
            log.warning("expiry is interrupted", work=self.name, reason=error.detail or error.text)
        except Exception as error:  # a fault of ours: leases and tokens must go on to end all the same
            log.error("expiry is interrupted", work=self.name, fault=where(error))
        return 0
