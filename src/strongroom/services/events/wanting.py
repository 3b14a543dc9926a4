"""Who wants events, as a row: a subscriber says so, and renews it rarely.  Webhooks and operators do for good."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from strongroom.barrier.outbox import STATE, OutboxState
from strongroom.barrier.transaction import Transaction

WANTED_S: Final = 3600.0
"""How long events are written after the last sign of a subscriber, so that it may come back with its cursor."""
_CLOCKS_S: Final = 60.0
"""How far the clocks of two nodes may be apart.  For so long, events may have been left out already."""
BUCKET_S: Final = 10.0
"""How long a bucket with events stays the present one."""


async def want(txn: Transaction, now: float) -> OutboxState:
    """Have the outbox written from this commit on, for an hour at least.

    Returns: the state as of this commit.
    """
    state = await _begun(txn, now)
    if state.is_steady or state.wanted_until - now > WANTED_S / 2:
        return state
    return _write(txn, replace(state, wanted_until=now + WANTED_S))


async def read(txn: Transaction) -> OutboxState:
    """The present state; of an outbox without rows if there was never one."""
    return await txn.read(STATE, OutboxState) or OutboxState(bucket=0, oldest=0)


async def configure(txn: Transaction, now: float, retention_s: int, *, keep: bool) -> None:
    """Set how long events are kept, and whether they are while nobody subscribes."""
    state = await _begun(txn, now) if keep else await read(txn)
    # Who has subscribed until now goes on.
    _write(txn, replace(state, retention_s=retention_s, configured=keep))


async def count_webhooks(txn: Transaction, now: float, change: int) -> OutboxState:
    """Note that there is one webhook more, or less."""
    state = await _begun(txn, now)
    return _write(txn, replace(state, webhooks=max(0, state.webhooks + change)))


async def turn_bucket(txn: Transaction, now: float) -> bool:
    """Begin a new bucket, if the present one has events and is old enough."""
    state = await read(txn)
    if not state.bucket or now * 1000 - state.bucket < BUCKET_S * 1000:
        return False
    _write(txn, replace(state, bucket=_next(state, now)))
    return True


async def _begun(txn: Transaction, now: float) -> OutboxState:
    """The state of an outbox without a gap from now on.

    If nobody has wanted events before, some were left out.  Cursors from before that mustn't be good any more.
    """
    state = await read(txn)
    if state.bucket and (state.is_steady or now < state.wanted_until - _CLOCKS_S):
        return state
    bucket = _next(state, now)
    return replace(state, bucket=bucket, oldest=bucket)


def _next(state: OutboxState, now: float) -> int:
    return max(int(now * 1000), state.bucket + 1)


def _write(txn: Transaction, state: OutboxState) -> OutboxState:
    txn.write(STATE, state)
    return state
