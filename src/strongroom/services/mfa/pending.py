"""Logins that wait for their second factor.  Each row is deleted when the login ends, or when its time is over."""

from __future__ import annotations

from strongroom.barrier.due import MFA, DueRecord, due_key
from strongroom.barrier.transaction import Transaction
from strongroom.services.mfa import rows
from strongroom.services.mfa.records import PendingLogin

LIFETIME_S = 300
"""How long a login waits for its second factor."""


def _id(namespace: str, digest: str) -> str:
    return f"{namespace}/{digest}"


def _due_key(namespace: str, digest: str, record: PendingLogin) -> str:
    return due_key(record.expires_at, MFA, _id(namespace, digest))


def put(txn: Transaction, namespace: str, digest: str, record: PendingLogin) -> None:
    """Store a login."""
    txn.write(rows.pending(namespace, digest), record)
    txn.write(_due_key(namespace, digest, record), DueRecord(kind=MFA, id=_id(namespace, digest)))


async def read(txn: Transaction, namespace: str, digest: str, now: float) -> PendingLogin | None:
    """The login, or None if it ended or its time is over."""
    record = await txn.read(rows.pending(namespace, digest), PendingLogin)
    return record if record is not None and now < record.expires_at else None


def end(txn: Transaction, namespace: str, digest: str, record: PendingLogin) -> None:
    """Delete a login."""
    txn.delete(rows.pending(namespace, digest))
    txn.delete(_due_key(namespace, digest, record))


async def clear(txn: Transaction, row: str, id_: str, now: float) -> None:
    """Delete the login that `row` of the due index names, if its time is over."""
    namespace, _, digest = id_.partition("/")
    key = rows.pending(namespace, digest)
    record = await txn.read(key, PendingLogin)
    if record is not None and record.expires_at <= now:
        txn.delete(key)
    txn.delete(row)
