"""One class of background work, at its own pace.

Each class is a lane with a bound on its concurrent work.  The lanes of a role run in parallel, and the store puts their
commits into one batch.  A class that has much work, or waits for another system, therefore delays no other class.
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
"""Does a bounded part of a lane's work.

Gets the role's fence and the store's time; returns the number of things done.
"""


@dataclass(frozen=True, slots=True)
class Lane:
    """A class of work.

    Args:
        name: the class's name in metrics and in the log. step: does a bounded part of the work; returns 0 if there is
        none. ended: the counter of things done, by class.
    """

    name: str
    step: Step
    ended: MutableMapping[str, int]

    def __post_init__(self) -> None:
        self.ended.setdefault(self.name, 0)

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one step.  Returns the number of things done."""
        done = await self.step(fence, now)
        self.ended[self.name] += done
        return done

    async def run_forever(self, storage: Storage, fence: Fence, pause_s: float) -> None:
        """Do steps until cancelled.  Pause when there is no work, or when a step fails."""
        while True:
            if not await self.try_once(storage, fence):
                await asyncio.sleep(pause_s)

    async def try_once(self, storage: Storage, fence: Fence) -> int:
        """Do one step.  A failure is logged and counts as 0, so the other lanes go on."""
        try:
            return await self.run_once(fence, await storage.now())
        except StrongroomError as error:
            log.warning("expiry is interrupted", work=self.name, reason=error.detail or error.text)
        except Exception as error:  # a bug of this server must not stop the expiry of leases and tokens
            log.error("expiry is interrupted", work=self.name, fault=where(error))
        return 0
