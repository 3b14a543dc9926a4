"""Clears what was withdrawn.  All of it is invalid already, by the withdrawal's own row.

Each withdrawal gets one bounded step a round, in the namespace that is furthest behind (`STAGES`).  Its leases are
marked as ended, and their engines revoke them as those of any other lease; its tokens are deleted.  When there is
nothing left, the withdrawal's row goes too, unless it blocks, or a batch token may still be alive: that has no row
which could be deleted.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import msgspec
import structlog

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.clearing import Round
from strongroom.core.side_by_side import side_by_side
from strongroom.lib.errors import NamespaceSealed
from strongroom.services.leases import LeaseRecord
from strongroom.services.leases.records import LeaseMark
from strongroom.services.namespaces import Namespace
from strongroom.services.tokens import TokenRecord
from strongroom.services.withdrawals import Withdrawal, orders
from strongroom.services.withdrawals.counting import Tally, merged
from strongroom.services.withdrawals.matching import Bound
from strongroom.services.withdrawals.records import (
    CLEARING,
    COUNT,
    DONE,
    HOLDING,
    LEASES,
    LONGEST_BATCH,
    MARKS,
    NAMESPACES,
    ORDERS,
    STAGES,
    TOKENS,
    UNNOTED_BATCH_S,
    WALKS,
    LongestBatch,
    Report,
    Walk,
    order_key,
    report_key,
)
from strongroom.storage.base import Fence
from strongroom.sysapi import withdrawal_search
from strongroom.sysapi.services import Services

log = structlog.get_logger("expiry")

_LEASES = 20
"""Leases that one commit marks as ended.  Each needs five keys; the smallest store takes 128 in a commit."""
_ROWS = 100
_PAGE = 64

T = TypeVar("T")


class WithdrawalClearing:
    """The steps of all withdrawals."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._barrier = services.barrier
        self._storage = services.barrier.storage
        self._orders = Round(partial(self._names, ORDERS))
        self._marks = Round(partial(self._names, MARKS))
        self._walks = Round(partial(self._names, WALKS))
        self._marks_after: dict[str, str] = {}

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one step for some of the withdrawals.  Returns 0 if all of them wait."""
        walked = await self._orders.run_once(lambda id_: self._order(fence, id_, now))
        left = await self._walks.run_once(lambda name: self._forget(fence, name.rstrip("/")))
        return walked + left + await self._marks.run_once(lambda name: self._revoked(fence, name.rstrip("/")))

    async def _names(self, place: str, after: str) -> list[str]:
        return (await self._storage.list(place, after, Round.PAGE)).names

    async def _order(self, fence: Fence, id_: str, now: float) -> int:
        order, report = await transact(self._barrier, lambda txn: orders.read(txn, id_))
        if order is None or report is None:
            return 0
        bound = Bound.of(order)
        after = ""
        while names := (await self._storage.scan(orders.walks_of(id_), after, _PAGE)).names:
            for name in names:
                stage, _, namespace = name.partition("/")
                try:
                    return await self._walk(fence, bound, stage, namespace, now)
                except NamespaceSealed:
                    continue  # it waits until it is unsealed; what is in it is invalid meanwhile
            after = names[-1]
        return await self._settle(fence, order, report, now)

    async def _walk(self, fence: Fence, bound: Bound, stage: str, name: str, now: float) -> int:
        """One step of a namespace."""
        services, id_ = self._services, bound.order.id
        namespace = await transact(self._barrier, lambda txn: services.mounts.namespaces.known(txn, name))
        row = orders.walk_key(id_, stage, name)
        walk = await transact(self._barrier, lambda txn: txn.read(row, Walk))
        if walk is None:
            return 1
        if namespace is None:  # it was deleted, and what clears it ends all that is in it
            await self._commit(fence, lambda txn: _delete(txn, [row]))
            return 1
        if stage == NAMESPACES:
            await self._descend(fence, bound, namespace, walk)
            return 1
        find = withdrawal_search.leases if stage == LEASES else withdrawal_search.tokens
        page = await find(services, bound, namespace, walk.after)
        if stage == LEASES:
            groups = [page.leases[at : at + _LEASES] for at in range(0, len(page.leases), _LEASES)]
            work = [partial(self._end_leases, fence, id_, group, now) for group in groups]
        else:
            work = [partial(self._end_token, fence, each) for each in page.tokens if stage == TOKENS]
        ended = await side_by_side(work)
        failed = walk.failed + len(work) - ended  # each of them was logged
        reached = Walk(after=page.after, failed=failed)
        tally = page.tally if stage in {LEASES, COUNT} else Tally()
        await self._commit(
            fence, partial(_advance, id_, stage, name, reached=reached, tally=tally, is_last=page.is_last)
        )
        return 0 if page.is_last and failed else 1  # what failed comes again, after a pause

    async def _descend(self, fence: Fence, bound: Bound, namespace: Namespace, walk: Walk) -> None:
        """Have some of the child namespaces walked through too."""
        id_, namespaces = bound.order.id, self._services.mounts.namespaces

        async def body(txn: Transaction) -> None:
            names = await namespaces.names(txn, namespace, walk.after, _PAGE)
            for name in names:
                child = await namespaces.below(txn, namespace, name)
                if child is not None:
                    txn.write(orders.walk_key(id_, NAMESPACES, child.id), Walk())
            after = names[-1] if names else walk.after
            _next(txn, id_, NAMESPACES, namespace.id, Walk(after=after), is_last=len(names) < _PAGE)

        await self._commit(fence, body)

    async def _end_leases(self, fence: Fence, id_: str, leases: tuple[LeaseRecord, ...], now: float) -> None:
        """Mark leases as ended, so that their engines revoke them."""

        async def body(txn: Transaction) -> None:
            for each in leases:
                lease = await self._services.leases.read(txn, each.id)
                if lease is not None:
                    self._services.leases.expire(txn, lease, now)
                    txn.write(orders.marks_of(id_) + lease.id, LeaseMark())

        await self._commit(fence, body)

    async def _end_token(self, fence: Fence, record: TokenRecord) -> None:
        async def body(txn: Transaction) -> None:
            if await txn.read(keys.token(record.key), TokenRecord) is not None:
                await self._services.tokens.revoke(txn, record)

        await self._commit(fence, body)

    async def _forget(self, fence: Fence, id_: str) -> int:
        """Remove where a withdrawal that was cancelled had got to."""
        order, _ = await transact(self._barrier, lambda txn: orders.read(txn, id_))
        if order is not None:
            return 0
        place = orders.walks_of(id_)
        rows = [place + name for name in (await self._storage.scan(place, limit=_ROWS)).names]
        await self._commit(fence, lambda txn: _delete(txn, rows))
        return len(rows)

    async def _revoked(self, fence: Fence, id_: str) -> int:
        """Remove the marks of some leases that are revoked.  Returns how many."""
        place, after = orders.marks_of(id_), self._marks_after.pop(id_, "")
        names = (await self._storage.scan(place, after, _ROWS)).names
        found = await self._storage.get_many([keys.lease(name) for name in names])
        gone = [place + name for name in names if found.entries.get(keys.lease(name)) is None]
        if gone:
            await self._commit(fence, lambda txn: _delete(txn, gone))
        if len(names) == _ROWS:
            self._marks_after[id_] = names[-1]
        return len(gone)

    async def _settle(self, fence: Fence, order: Withdrawal, report: Report, now: float) -> int:
        """End a withdrawal that has nothing left to clear, if nothing that it concerns can be alive."""
        rest = (await self._storage.list(orders.walks_of(order.id), limit=1)).names
        rest += (await self._storage.list(orders.marks_of(order.id), limit=1)).names
        if rest:
            return 0

        async def body(txn: Transaction) -> bool:
            longest = await txn.read(LONGEST_BATCH, LongestBatch)
            batch_s = longest.ttl_s if longest is not None else UNNOTED_BATCH_S
            # Without batch tokens nothing outlives the clearing: the same time at each look, or each would be a change.
            until = order.until + batch_s if batch_s else min(order.until, report.cleared_at or now)
            is_over = until <= now and not order.block
            if await self._is_deleted(txn, order.namespace):
                is_over, until = True, now  # nothing of it is valid
            state = DONE if is_over else HOLDING
            changed = msgspec.structs.replace(
                report,
                state=state,
                cleared_at=report.cleared_at or now,
                ended_at=now if state == DONE else 0.0,
                holds_until=0.0 if order.block or math.isinf(until) else until,
            )
            if changed == report:
                return False
            txn.write(report_key(order.id), changed)
            if state == DONE:
                txn.delete(order_key(order.id))
            return True

        settled = await self._commit(fence, body)
        if settled:
            log.info("what was withdrawn is cleared", withdrawal=order.id)
        return int(settled)

    async def _is_deleted(self, txn: Transaction, namespace: str) -> bool:
        try:
            return await self._services.mounts.namespaces.known(txn, namespace) is None
        except NamespaceSealed:
            return False  # its row can't be read meanwhile

    async def _commit(self, fence: Fence, body: Callable[[Transaction], Awaitable[T]]) -> T:
        async def guarded(txn: Transaction) -> T:
            await txn.guard(fence)
            return await body(txn)

        return await transact(self._barrier, guarded)


async def _delete(txn: Transaction, rows: list[str]) -> None:
    for row in rows:
        txn.delete(row)


def _next(txn: Transaction, id_: str, stage: str, namespace: str, reached: Walk, *, is_last: bool) -> None:
    """Go on in a namespace: where it got to, or in the next stage, or in the same once more if something failed."""
    row = orders.walk_key(id_, stage, namespace)
    if not is_last or reached.failed:
        txn.write(row, reached if not is_last else Walk())
        return
    txn.delete(row)
    following = STAGES[STAGES.index(stage) + 1 :]
    if following:
        txn.write(orders.walk_key(id_, following[0], namespace), Walk())


async def _advance(
    id_: str, stage: str, namespace: str, txn: Transaction, *, reached: Walk, tally: Tally, is_last: bool
) -> None:
    """Store how far a namespace is, with what was found."""
    _next(txn, id_, stage, namespace, reached, is_last=is_last)
    report = await txn.read(report_key(id_), Report)
    if report is None:
        return
    changed = msgspec.structs.replace(
        report,
        state=CLEARING if stage == TOKENS else report.state,
        counts=merged(report.counts, tally.found),
        undetermined=merged(report.undetermined, tally.undetermined),
    )
    if changed != report:
        txn.write(report_key(id_), changed)
