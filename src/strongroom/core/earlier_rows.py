"""Moves rows of the earlier due index, `due/{milliseconds}/{kind}/{id}`, to the index of their kind.

An older node on the same store may still write such rows, and finds them until they are moved.  A table says what each
kind means.  A kind that isn't in the table came from a newer node, and stays for that node.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from strongroom.barrier import keys
from strongroom.barrier.due import LEASE, LOCKOUT, SINGLE_USE, TOKEN, DueRecord, key_at, milliseconds
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.side_by_side import side_by_side
from strongroom.services.leases.records import LeaseRecord
from strongroom.services.tokens import TokenRecord
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_PAGE = 256


class EarlierRows:
    """Moves rows a page at a time, in the order in which they are due."""

    def __init__(self, services: Services) -> None:
        self._barrier = services.barrier

    async def run_once(self, fence: Fence, now: float) -> int:
        """Move one page; how many rows were moved."""
        after, done = "", 0
        while not done and (names := (await self._barrier.storage.scan(keys.DUE, after, _PAGE)).names):
            after = names[-1]
            known = [name for name in names if _kind(name) in _PLACES]
            done = await side_by_side([partial(self._move, fence, name) for name in known])
        return done

    async def _move(self, fence: Fence, name: str) -> None:
        time, kind, id_ = name.split("/", 2)

        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            found = await _PLACES[kind](txn, int(time), id_)
            if found is not None:
                place, now_kind = found
                txn.write(place, DueRecord(kind=now_kind, id=id_))
            txn.delete(keys.DUE + name)

        await transact(self._barrier, body)


def _kind(name: str) -> str:
    """The kind of a row, empty for one of another form."""
    time, _, rest = name.partition("/")
    kind, slash, _ = rest.partition("/")
    return kind if time.isdecimal() and slash else ""


async def _token(txn: Transaction, at_ms: int, id_: str) -> tuple[str, str] | None:
    record = await txn.read(keys.token(id_), TokenRecord)
    if record is None:
        return None
    # A row at a time that isn't the token's own belongs to a token without uses left, or is a leftover.  Both go to the
    # same index.
    own = bool(record.expires_at) and milliseconds(record.expires_at) == at_ms
    kind = record.due_kind if own else SINGLE_USE
    return key_at(at_ms, kind, id_), kind


async def _lease(txn: Transaction, at_ms: int, id_: str) -> tuple[str, str] | None:
    record = await txn.read(keys.lease(id_), LeaseRecord)
    return (key_at(at_ms, LEASE, id_, record.mount), LEASE) if record is not None else None


async def _lockout(txn: Transaction, at_ms: int, id_: str) -> tuple[str, str] | None:
    return key_at(at_ms, LOCKOUT, id_), LOCKOUT


_PLACES: dict[str, Callable[[Transaction, int, str], Awaitable[tuple[str, str] | None]]] = {
    TOKEN: _token,
    LEASE: _lease,
    LOCKOUT: _lockout,
}
