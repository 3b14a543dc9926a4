"""The role of a follower: one process of all its nodes hears the first region and takes over what it commits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog

from strongroom.barrier.region import PRIMARY
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.region.catching_up import CatchingUp
from strongroom.core.region.hearing import MOST_TROUBLE, Hearing
from strongroom.core.region.replica import Replica
from strongroom.lib.errors import Conflict, StorageError, StrongroomError
from strongroom.lib.fault import where
from strongroom.services.region import checking, wire
from strongroom.services.region.link import Asking, Link, RegionRefused
from strongroom.services.region.records import (
    FOLLOWERS,
    FORMER,
    MEMBERSHIP,
    Commit,
    FollowerRecord,
    Former,
    Membership,
)
from strongroom.services.region.wire import Point
from strongroom.services.restoration import frozen
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("region")

ROLE: Final = "region"
LOCK_S: Final = 10.0
_PAUSE_S: Final = 1.0
"""Between two looks whether there is something to do, and after a failure."""
_AGAIN_S: Final = 5.0
"""After the first region has refused: it needs an operator."""
_TOLD_AGAIN_S: Final = 60.0

_UNTOLD: Final = "the region that was the first one before can't be told of the promotion"

Connect = Callable[[Membership], Asking]


def connect(membership: Membership) -> Asking:
    """The way to the first region."""
    return Link(membership.address, membership.authority, membership.certificate + membership.key)


class Following:
    """Runs the role in one process of a node.

    Args:
        connect: how the first region is reached.
        pause_s: between two looks, in seconds.
        again_s: until a former first region that knows of the promotion is told again.
    """

    def __init__(
        self,
        services: Services,
        connect: Connect = connect,
        *,
        pause_s: float = _PAUSE_S,
        again_s: float = _TOLD_AGAIN_S,
    ) -> None:
        self._services = services
        self._connect = connect
        self._pause_s = pause_s
        self._holder = services.random.bytes(16).hex()
        self._told = ""
        self._again_s = again_s
        self._told_again_at = 0.0

    async def run_forever(self) -> None:
        """Take the role while this region follows, or has to tell of its promotion.  Release it when cancelled."""
        while True:
            try:
                await self._once()
            except StorageError as error:  # the store's trouble is the store's to tell, and most regions are alone
                log.debug("what this region is to others is not known now", reason=error.detail or error.text)
            except StrongroomError as error:
                self._tell(error.detail or error.text)
            except Exception as error:  # a bug of this server must not cut the region off for good
                self._tell(where(error))
            await asyncio.sleep(self._pause_s)

    async def _once(self) -> None:
        barrier = self._services.barrier
        await barrier.sync()
        if barrier.region.state is None or await transact(barrier, frozen.rests):
            return  # most regions are alone; a restored copy speaks to no other one until an operator says go
        former = None if barrier.region.follows else await self._to_tell()
        if not barrier.region.follows and former is None:
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

    async def _to_tell(self) -> Former | None:
        """What is known of the former first region, if it has to be told that this one was promoted.

        Once told, it is told again now and then: its store may have been put back to a time before.
        """
        barrier = self._services.barrier
        state = barrier.region.state
        if state is None or state.role != PRIMARY:
            return None
        former = await transact(barrier, lambda txn: _former(txn, state.term))
        if former is None:
            return None
        now = asyncio.get_running_loop().time()
        if former.told and now < self._told_again_at:
            return None
        self._told_again_at = now + self._again_s
        return former

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
            except Conflict:  # another process has the role now, and does these steps
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
        telling = wire.Promoted(former.term, point, self._services.api_address)
        try:
            said = await asking.ask(wire.PROMOTED, telling, wire.PromotedSaid)
        except RegionRefused as refused:
            await self._learn(fence, msgspec.structs.replace(former, trouble=refused.text[:MOST_TROUBLE]))
            raise
        checking.check_former(point, said)
        if former.told:
            await self._learn(fence, msgspec.structs.replace(former, trouble=""))
            return
        heard = Commit(number=said.head.number, id=said.head.id)
        lacking = said.keys if said.known else former.lacking
        uncounted = said.count - len(said.keys) if said.known else former.uncounted
        learned = msgspec.structs.replace(
            former, told=True, heard=heard, lacking=lacking, uncounted=uncounted, trouble=""
        )
        await self._learn(fence, learned)
        log.warning("the region that was the first one before is told of the promotion", lacking=said.count)

    async def _learn(self, fence: Fence, learned: Former) -> None:
        """Store what is known of the former first region, if that is new and this process still has the role."""

        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            if await txn.read(FORMER, Former) != learned:
                txn.write(FORMER, learned)

        await transact(self._services.barrier, body)

    def _tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            told = "this region hears nothing of the first one" if self._services.barrier.region.follows else _UNTOLD
            log.warning(told, reason=text)


async def _former(txn: Transaction, term: int) -> Former | None:
    """What is known of the region that was the first one until this term, unless it follows this one now."""
    former = await txn.read(FORMER, Former)
    membership = await txn.read(MEMBERSHIP, Membership)
    if former is None or former.term != term or membership is None:
        return None
    for name in await txn.list(FOLLOWERS):
        record = await txn.read(FOLLOWERS + name, FollowerRecord)
        if record is not None and record.cluster_id == membership.cluster_id:
            return None
    return former
