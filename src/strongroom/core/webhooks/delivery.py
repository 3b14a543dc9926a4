"""Delivers the events of one webhook, one after the other, each until it was taken.

How far it has come is stored after each event.  So after the end of this process another one goes on there, and an
event may be posted twice, with the same id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol

import structlog
from msgspec.structs import replace

from strongroom.barrier import keys
from strongroom.barrier.outbox import Event
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.webhooks.posting import Result
from strongroom.crypto.mac import sha256
from strongroom.services.events import cloudevents
from strongroom.services.events.filtering import filter_of
from strongroom.services.events.judge import Judge, PolicyRules
from strongroom.services.events.position import parse_cursor
from strongroom.services.events.reader import CursorTooOld
from strongroom.services.events.selection import Selection
from strongroom.services.events.subscription import Delivered, subscribed
from strongroom.services.events.webhooks import outcome, service, signing
from strongroom.services.events.webhooks.records import Progress, Webhook
from strongroom.services.events.webhooks.targets import permitted_ranges
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("webhooks")
_OWNER = "webhooks"
"""Whose the subscriptions of all webhooks of a process are."""


class Posts(Protocol):
    """Posts to targets."""

    async def post(self, hook: Webhook, headers: Mapping[str, str], body: bytes, permitted: tuple[str, ...]) -> Result:
        """Post an event to the target of a webhook.

        Args:
            permitted: ranges of addresses of this machine, of its link and of clouds that may be asked all the same.
        """
        ...


class Stopped(Exception):  # no error: another webhook of this name begins
    """The webhook is disabled, gone or another one."""


class Delivery:
    """The work of one webhook.

    Args:
        fence: the role's, without which nothing is stored.
        sleep: waits between attempts, in seconds.
    """

    def __init__(
        self,
        services: Services,
        name: str,
        hook: Webhook,
        fence: Fence,
        posts: Posts,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._services = services
        self._name = name
        self._hook = hook
        self._fence = fence
        self._posts = posts
        self._sleep = sleep
        self._progress = Progress(cursor="")
        rules = PolicyRules(keys.ROOT_NAMESPACE, hook.policies, services.policies)
        self._judge = Judge(services.barrier, services.mounts.namespaces, rules)
        self._selection = Selection(
            types=hook.types, home="", namespaces=hook.namespaces, filter=filter_of(hook.filter)
        )

    async def run(self) -> None:
        """Deliver until the webhook is another one, or disabled."""
        services = self._services
        known = await transact(services.barrier, lambda txn: service.progress(txn, self._name))
        if known is None or known.disabled:
            return
        self._progress = known
        try:
            await self._wait()
            while True:
                try:
                    await self._follow()
                except CursorTooOld as error:
                    log.warning("events were cleared before they were delivered", webhook=self._name)
                    await self._tell_gap(error.text)
                else:
                    return  # the process ends
        except Stopped:
            return

    async def _follow(self) -> None:
        services = self._services
        start = await services.events.checked(parse_cursor(self._progress.cursor))
        reading = subscribed(
            services.events,
            services.barrier,
            services.clock,
            self._judge,
            self._selection,
            start=start,
            owner=_OWNER,
        )
        try:
            async for found in reading:
                if isinstance(found, Delivered):
                    await self._deliver(found)
                elif found.bucket != parse_cursor(self._progress.cursor).bucket:
                    await self._store(replace(self._progress, cursor=found.cursor))
        finally:
            await reading.aclose()

    async def _tell_gap(self, reason: str) -> None:
        """Say in an event of its own that others are lacking, then go on with those that are kept."""
        services, lost = self._services, self._progress.cursor
        start = await services.events.oldest()
        now = services.clock.now()
        path = f"sys/events/webhooks/{self._name}"
        event = Event(
            type="events/gap",
            at=now,
            namespace=keys.ROOT_NAMESPACE,
            path=path,
            metadata={"modified": "false", "operation": "gap", "path": path, "reason": reason},
        )
        digest = sha256(f"gap {self._name} {lost}".encode()).hex()
        id_ = f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"
        self._progress = replace(self._progress, gaps=self._progress.gaps + 1)
        await self._deliver(Delivered(start, id_, event, ""))

    async def _deliver(self, found: Delivered) -> None:
        """Post an event until it is taken."""
        body = cloudevents.encode(found.id, found.event, found.namespace)
        while True:
            permitted = await transact(self._services.barrier, self._may_post)
            headers = signing.headers_of(self._hook.secret, found.id, int(self._services.clock.now()), body)
            result = await self._posts.post(self._hook, headers, body, permitted)
            now = self._services.clock.now()
            if not result.reason:
                await self._store(outcome.taken(self._progress, found.position.cursor, now))
                return
            changed = outcome.failed(self._progress, self._hook, result.reason, now, gone=result.gone)
            if not self._progress.attempts or changed.disabled:
                log.warning("a webhook fails", webhook=self._name, reason=result.reason, disabled=changed.disabled)
            await self._store(changed)
            if changed.disabled:
                raise Stopped
            await self._wait()

    async def _wait(self) -> None:
        """Wait until the next attempt is due."""
        wait_s = self._progress.next_attempt_at - self._services.clock.now()
        if wait_s > 0:
            await self._sleep(wait_s)

    async def _store(self, progress: Progress) -> None:
        if not await transact(self._services.barrier, partial(self._keep, progress)):
            raise Stopped
        self._progress = progress

    async def _may_post(self, txn: Transaction) -> tuple[str, ...]:
        """The addresses that may be asked.  Raises `Conflict` if the role is lost, as by a restore of the store."""
        await txn.guard(self._fence)
        return await permitted_ranges(txn)

    async def _keep(self, progress: Progress, txn: Transaction) -> bool:
        await txn.guard(self._fence)
        return await service.keep(txn, self._name, self._hook, progress)
