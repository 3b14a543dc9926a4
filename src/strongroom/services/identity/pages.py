"""Reads pages of identities without tying a transaction to them.

A listing of thousands of rows, which logins change all the time, would otherwise run again and again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from strongroom.barrier.record import Record
from strongroom.barrier.stable import Restart
from strongroom.barrier.transaction import Transaction

T = TypeVar("T")
R = TypeVar("R", bound=Record)

MOST = 10_000
"""Names in one answer.  More are read with `after`."""
_ATTEMPTS = 10


async def apart_from(txn: Transaction, read: Callable[[Transaction], Awaitable[T]]) -> T:
    """What `read` finds in the store now.  The transaction doesn't run again when that changes.

    It sees committed rows only, and nothing may be decided by them that a later change would make wrong.
    """
    for _ in range(_ATTEMPTS):
        try:
            return await read(Transaction(txn.barrier, txn.once))
        except Restart:
            await txn.barrier.sync()
    raise Restart


async def glance(txn: Transaction, key: str, type_: type[R]) -> R | None:
    """A row as it is in the store now."""
    return await apart_from(txn, lambda inner: inner.read(key, type_))


async def page(txn: Transaction, prefix: str, after: str, limit: int) -> tuple[list[str], bool]:
    """The names below a prefix.

    Args:
        after: return only names after this one. limit: the largest number of names; 0 or less for the server's own.

    Returns: the names, and whether the server's own limit left some out.
    """
    most = min(limit, MOST) if limit > 0 else MOST
    names = (await txn.barrier.storage.list(prefix, after, most + 1)).names
    return names[:most], len(names) > most and most == MOST
