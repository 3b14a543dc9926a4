"""The role of webhooks: one process of all nodes delivers.

Whoever takes the role over goes on where each webhook was, by its cursor.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.rest import rests
from strongroom.core.webhooks.delivery import Delivery, Posts
from strongroom.core.webhooks.posting import Poster
from strongroom.lib.errors import StorageError, StrongroomError
from strongroom.lib.fault import where
from strongroom.services import restoration
from strongroom.services.events import wanting
from strongroom.services.events.webhooks import service
from strongroom.services.events.webhooks.records import Webhook
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("webhooks")

ROLE = "webhooks"
LOCK_S = 10.0
"""How long a holder keeps the role without prolonging it."""


class Webhooks:
    """Runs the role.

    Args:
        pause_s: how often it looks for webhooks that were written or deleted, and prolongs the role, in seconds.
    """

    def __init__(self, services: Services, posts: Posts | None = None, *, pause_s: float = 2.0) -> None:
        self._services = services
        self._posts = posts or Poster()
        self._pause_s = pause_s
        self._holder = services.random.bytes(16).hex()
        self._running: dict[str, tuple[str, asyncio.Task[None]]] = {}

    async def run_forever(self) -> None:
        """Take the role when it is free and there are webhooks.  Release it when cancelled."""
        while True:
            try:
                await self._services.barrier.sync()
                wanted = (await transact(self._services.barrier, wanting.read)).webhooks
                if wanted and not await rests(self._services):
                    await self._try()
            except StrongroomError as error:
                log.warning("webhooks are interrupted", reason=error.detail or error.text)
            except Exception as error:  # a bug of this server must not end all webhooks for good
                log.error("webhooks are interrupted", fault=where(error))
            await asyncio.sleep(self._pause_s)

    async def _try(self) -> None:
        """Take the role and deliver, unless another has it or the store is frozen."""
        storage = self._services.barrier.storage
        fence = await storage.lock(ROLE, self._holder, LOCK_S)
        if fence is None:
            return
        if await restoration.freezes(self._services.barrier):
            await storage.unlock(fence)
            return
        await self._hold(fence)

    async def _hold(self, fence: Fence) -> None:
        """Deliver until the role is lost or given up, or there are no webhooks any more."""
        storage = self._services.barrier.storage
        kept: Fence | None = fence
        self._services.roles.add(ROLE)
        try:
            while kept is not None and kept.revision == fence.revision:
                if not await self.look(fence) or await rests(self._services):
                    return
                await asyncio.sleep(self._pause_s)
                kept = await storage.lock(ROLE, self._holder, LOCK_S)
        finally:
            self._services.roles.discard(ROLE)
            await self.stop()
            with contextlib.suppress(StorageError):  # the lock runs out by itself
                await storage.unlock(fence)

    async def look(self, fence: Fence) -> bool:
        """Begin what is new, and end what has changed.  Returns whether there are webhooks."""
        await self._services.barrier.sync()
        wanted = await transact(self._services.barrier, _all)
        for name, (revision, task) in list(self._running.items()):
            current = wanted.get(name)
            if current is None or current.revision != revision:
                await self._end(name)
            elif task.done() and (error := task.exception() if not task.cancelled() else None) is not None:
                reason = error.text if isinstance(error, StrongroomError) else where(error)
                log.warning("a webhook is interrupted", webhook=name, reason=reason)
                await self._end(name)
        for name, hook in wanted.items():
            if name not in self._running:
                delivery = Delivery(self._services, name, hook, fence, self._posts)
                self._running[name] = (hook.revision, asyncio.create_task(delivery.run()))
        return bool(wanted)

    async def stop(self) -> None:
        """End all deliveries."""
        for name in list(self._running):
            await self._end(name)

    async def _end(self, name: str) -> None:
        _, task = self._running.pop(name)
        task.cancel()
        await asyncio.wait({task})


async def _all(txn: Transaction) -> dict[str, Webhook]:
    found = {name: await service.read(txn, name) for name in await service.names(txn)}
    return {name: hook for name, hook in found.items() if hook is not None}
