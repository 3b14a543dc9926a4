"""Which entities nobody uses any more, and when a namespace is looked through for them."""

from __future__ import annotations

import msgspec

from strongroom.barrier.due import UNUSED_ENTITY, DueRecord, due_key
from strongroom.barrier.transaction import Transaction
from strongroom.services.identity import entities, rows
from strongroom.services.identity.records import ClearingRecord, ClearingRun, EntityRecord, Membership

DAY_S = 86_400
"""The time between two runs; the shortest `unseen_for`; how old the times in an entity's row may be."""


async def read(txn: Transaction, namespace: str) -> ClearingRecord | None:
    """The settings of a namespace, or None if nothing is cleared there."""
    return await txn.read(rows.clearing(namespace), ClearingRecord)


async def configure(txn: Transaction, namespace: str, changed: ClearingRecord, now: float) -> None:
    """Store settings.  A run with them begins at once."""
    before = await read(txn, namespace)
    last = before.last if before is not None else None
    write(txn, namespace, before, msgspec.structs.replace(changed, due_at=now, current=None, last=last))


def write(txn: Transaction, namespace: str, before: ClearingRecord | None, after: ClearingRecord) -> None:
    """Store settings and state, with the row in the due index."""
    if before is not None and before.due_at != after.due_at:
        txn.delete(due_key(before.due_at, UNUSED_ENTITY, namespace))
    txn.write(due_key(after.due_at, UNUSED_ENTITY, namespace), DueRecord(kind=UNUSED_ENTITY, id=namespace))
    txn.write(rows.clearing(namespace), after)


async def stop(txn: Transaction, namespace: str) -> None:
    """Delete the settings.  Nothing more is cleared."""
    before = await read(txn, namespace)
    if before is not None:
        txn.delete(due_key(before.due_at, UNUSED_ENTITY, namespace))
        txn.delete(rows.clearing(namespace))


def is_unseen(entity: EntityRecord, unseen_for_s: int, now: float) -> bool:
    """Whether an entity has no token, and for a time none was made or renewed (pure).

    No token lives beyond `tokens_until`, whatever the limits of mounts are or were.
    """
    last = max(entity.created_at, entity.last_login_at, entity.seen_at) + DAY_S
    return entity.tokens_until <= now and now - last >= unseen_for_s


async def unused(
    txn: Transaction, namespace: str, entity_id: str, unseen_for_s: int, now: float
) -> EntityRecord | None:
    """The entity if it may be cleared, else None.

    It was made by a login, wasn't seen for `unseen_for_s`, and nothing would be lost with it.  A disabled one stays:
    otherwise the next login would make another one, which isn't disabled.
    """
    entity = await entities.read(txn, namespace, entity_id)
    if entity is None or not entity.by_login or entity.disabled or not is_unseen(entity, unseen_for_s, now):
        return None
    if entity.policies or entity.metadata or entity.merged_from:
        return None
    prefix = rows.memberships(namespace, entity_id)
    for group_id in await txn.list(prefix):
        membership = await txn.read(prefix + group_id, Membership)
        if membership is not None and not membership.source:
            return None
    return entity


def begun(record: ClearingRecord, now: float) -> ClearingRun:
    """The run that goes on, or a new one (pure)."""
    return record.current or ClearingRun(started_at=now, dry_run=record.dry_run)


def advanced(record: ClearingRecord, run: ClearingRun, *, done: bool, now: float) -> ClearingRecord:
    """The state after some entities (pure).

    Args:
        run: with what was found by now. done: whether all entities were looked at.
    """
    if not done:
        return msgspec.structs.replace(record, current=run)
    finished = msgspec.structs.replace(run, after="", finished_at=now)
    due_at = max(now, run.started_at) + DAY_S
    return msgspec.structs.replace(record, current=None, last=finished, due_at=due_at)
