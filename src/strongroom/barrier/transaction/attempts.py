"""The attempts of a request: optimistic ones, and at last one while all others wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeVar

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.settling import settled
from strongroom.barrier.stable import Outside, Restart, StableValues
from strongroom.barrier.transaction.transaction import Transaction
from strongroom.lib.errors import CommitUnknown, StrongroomError, Unavailable

T = TypeVar("T")

OPTIMISTIC_ATTEMPTS = 4
EXCLUSIVE_TIMEOUT_S = 10.0


async def transact(barrier: Barrier, body: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `body` in a transaction and commit it.  Run it again if its reads have changed meanwhile.

    After four conflicts it runs while all other commits wait.  An error of `body` drops its writes, and is passed on
    only if all reads that led to it are still current.  If it needs a result from outside, it runs again with that.
    """
    once = StableValues()
    while True:
        try:
            return await _transact(barrier, once, body)
        except Outside as needed:
            await once.carry_out(needed)


async def _transact(barrier: Barrier, once: StableValues, body: Callable[[Transaction], Awaitable[T]]) -> T:
    for attempt in range(OPTIMISTIC_ATTEMPTS):
        exact = True
        if attempt:
            # After a conflict the store has something that this process hasn't seen.
            await barrier.sync()
        else:
            exact = await barrier.begin()
        try:
            return await _attempt(Transaction(barrier, once), body)
        except Restart:
            barrier.counts.restarts += 1
            continue
        except (Outside, StrongroomError):
            # Nobody is refused, and no other system is asked, because of something that isn't so any more.
            if exact:
                raise
    barrier.counts.exclusive += 1
    return await _transact_exclusively(barrier, once, body)


async def _transact_exclusively(barrier: Barrier, once: StableValues, body: Callable[[Transaction], Awaitable[T]]) -> T:
    lost: CommitUnknown | None = None
    once.before_effect()
    async with AsyncExitStack() as stack:
        committer = await stack.enter_async_context(barrier.storage.exclusive(EXCLUSIVE_TIMEOUT_S))
        # Nobody else commits, so only this request's own `charge` can cause a conflict, and only once.
        for _ in range(OPTIMISTIC_ATTEMPTS):
            await barrier.sync()
            txn = Transaction(barrier, once, committer)
            try:
                result = await _run(txn, body)
                lost = await _commit_exclusively(txn)
            except Restart:
                continue
            if lost is None:
                return result
            break
    if lost is not None and await settled(barrier.storage, lost):
        return result
    raise Unavailable("the store changed during an exclusive transaction") from lost


async def _commit_exclusively(txn: Transaction) -> CommitUnknown | None:
    try:
        await txn.commit()
    except CommitUnknown as unknown:
        return unknown
    return None


async def _attempt(txn: Transaction, body: Callable[[Transaction], Awaitable[T]]) -> T:
    try:
        result = await body(txn)
    except (StrongroomError, Outside):
        txn.revalidate()
        raise
    if txn.has_written:
        await txn.commit()
    else:
        txn.revalidate()
    return result


async def _run(txn: Transaction, body: Callable[[Transaction], Awaitable[T]]) -> T:
    try:
        return await body(txn)
    except (StrongroomError, Outside):
        txn.revalidate()
        raise


async def apart(txn: Transaction, name: str, body: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `body` in its own transaction that commits now, once per request, even if `txn` fails later.

    For work that is too large for one commit.  It must not change rows that `txn` has read.
    """
    result = await txn.once.wait(f"apart {name}", lambda: _apart(txn, body))
    txn.revalidate()  # now and then, because after thousands of commits it takes long
    return result


async def _apart(txn: Transaction, body: Callable[[Transaction], Awaitable[T]]) -> T:
    if txn.committer is txn.barrier.storage:
        return await transact(txn.barrier, body)
    while True:  # exclusive: nobody else commits, so only changes that this process hasn't seen yet can conflict
        await txn.barrier.sync()
        try:
            return await _attempt(Transaction(txn.barrier, StableValues(), txn.committer), body)
        except Restart:
            continue
