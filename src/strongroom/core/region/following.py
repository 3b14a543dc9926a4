"""The role of a follower: one process of all its nodes hears the first region and takes over what it commits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.region.catching_up import CatchingUp
from strongroom.core.region.hearing import Hearing
from strongroom.core.region.replica import Replica
from strongroom.lib.errors import Conflict, StorageError, StrongroomError
from strongroom.lib.fault import where
from strongroom.services.region import wire
from strongroom.services.region.link import Asking, Link, RegionRefused
from strongroom.services.region.records import FORMER, MEMBERSHIP, Commit, Former, Membership
from strongroom.services.region.wire import Point
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("region")

ROLE: Final = "region"
LOCK_S: Final = 10.0
_PAUSE_S: Final = 1.0
"""Between two looks whether there is something to do, and after a failure."""
_AGAIN_S: Final = 5.0
"""After the first region has refused: it needs an operator."""

Connect = Callable[[Membership], Asking]


def connect(membership: Membership) -> Asking:
    """The way to the first region."""
    return Link(membership.address, membership.authority, membership.certificate + membership.key)


class Following:
    """Runs the role in one process of a node.

    Args:
        connect: how the first region is reached.
        pause_s: between two looks, in seconds.
    """

    def __init__(self, services: Services, connect: Connect = connect, *, pause_s: float = _PAUSE_S) -> None:
        self._services = services
        self._connect = connect
        self._pause_s = pause_s
        self._holder = services.random.bytes(16).hex()
        self._told = ""

    async def run_forever(self) -> None:
        """Take the role while this region follows, or has to tell of its promotion.  Release it when cancelled."""
        while True:
            try:
                if self._services.replaced.is_set():
                    await self._seal_if_replaced()
                await self._once()
            except StrongroomError as error:
                self._tell(error.detail or error.text)
            except Exception as error:  # a bug of this server must not cut the region off for good
                self._tell(where(error))
            await asyncio.sleep(self._pause_s)

    async def _seal_if_replaced(self) -> None:
        """Seal this node if its keys no longer open the store, which has joined another region."""
        if await self._services.barrier.root.is_foreign():
            await self._services.port.seal()
        self._services.replaced.clear()

    async def _once(self) -> None:
        barrier = self._services.barrier
        await barrier.sync()
        former = None if barrier.region.state is None else await transact(barrier, _former)
        if not barrier.region.follows and (former is None or former.told):
            return
        membership = await transact(barrier, lambda txn: txn.read(MEMBERSHIP, Membership))
        if membership is None:
            return
        fence = await barrier.storage.lock(ROLE, self._holder, LOCK_S)
        if fence is None:
            return
        self._services.roles.add(ROLE)
        try:
            if barrier.region.follows:
                await self._follow(fence, membership)
            elif former is not None:
                await self._tell_former(fence, membership, former)
        finally:
            self._services.roles.discard(ROLE)
            with contextlib.suppress(StorageError):  # the lock runs out by itself
                await barrier.storage.unlock(fence)

    async def _follow(self, fence: Fence, membership: Membership) -> None:
        """Hear and take over, until the role is lost or this region follows no more."""
        barrier, state = self._services.barrier, self._services.barrier.region.state
        if state is None:
            return
        asking = self._connect(membership)
        hearing = Hearing(self._services, fence, asking, state.term)
        catching_up = CatchingUp(Replica(self._services, fence, asking, state.term), asking, state.term)
        tasks = [
            asyncio.create_task(self._repeat(hearing.step, hearing)),
            asyncio.create_task(self._repeat(catching_up.step, hearing)),
        ]
        try:
            while barrier.region.follows and barrier.region.state is not None:
                if barrier.region.state.term != state.term or any(task.done() for task in tasks):
                    break
                await asyncio.sleep(self._pause_s)
                await barrier.sync()
                kept = await barrier.storage.lock(ROLE, self._holder, LOCK_S)
                if kept is None or kept.revision != fence.revision:
                    break
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _repeat(self, step: Callable[[], Awaitable[object]], hearing: Hearing) -> None:
        """Do one step after the other.  Ends when the role has passed to another process."""
        while True:
            try:
                await step()
                self._told = ""
            except Conflict:
                return
            except StrongroomError as error:
                text = error.text or type(error).__name__
                self._tell(error.detail or text)
                with contextlib.suppress(StrongroomError):  # the store's trouble is the store's to tell
                    await hearing.trouble(text)
                await asyncio.sleep(_AGAIN_S if isinstance(error, RegionRefused) else self._pause_s)

    async def _tell_former(self, fence: Fence, membership: Membership, former: Former) -> None:
        """Tell the region that was the first one before that it is that no more, and learn what it has beyond."""
        asking = self._connect(membership)
        point = Point(former.commit.number, former.commit.id)
        said = await asking.ask(
            wire.PROMOTED, wire.Promoted(former.term, point, self._services.api_address), wire.PromotedSaid
        )
        heard = Commit(number=said.head.number, id=said.head.id)
        lacking = said.keys if said.known else former.lacking
        uncounted = said.count - len(said.keys) if said.known else former.uncounted
        learned = msgspec.structs.replace(former, told=True, heard=heard, lacking=lacking, uncounted=uncounted)

        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            txn.write(FORMER, learned)

        await transact(self._services.barrier, body)
        log.warning("the region that was the first one before is told of the promotion", lacking=said.count)

    def _tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            log.warning("this region hears nothing of the first one", reason=text)


async def _former(txn: Transaction) -> Former | None:
    return await txn.read(FORMER, Former)
