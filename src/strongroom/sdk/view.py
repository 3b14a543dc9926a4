"""A mount's part of the store, within the transaction of one request."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.sdk.schedule import Schedule

R = TypeVar("R", bound=Record)


class View:
    """Reads and writes below one prefix; a mount can't name anything outside it.

    What is written takes effect when the request's transaction commits; what is read is of one state of the store,
    with this request's own writes in it.
    """

    __slots__ = ("_prefix", "_txn")

    def __init__(self, txn: Transaction, prefix: str) -> None:
        self._txn = txn
        self._prefix = prefix

    def read(self, key: str, type_: type[R]) -> Coroutine[Any, Any, R | None]:
        """The record at `key`, or None.  Raises `Tampered`, `Internal` for what isn't a record of that type."""
        return self._txn.read(self._prefix + key, type_)

    async def list(self, prefix: str = "", after: str = "", limit: int | None = None) -> list_[str]:
        """The distinct next segments below `prefix` (empty, or ending in `/`), sorted; folders end in `/`."""
        return await self._txn.list(self._prefix + prefix, after, limit)

    async def scan(self, prefix: str = "", after: str = "", limit: int | None = None) -> list_[str]:
        """Every key below `prefix`, as its remainder, sorted."""
        return await self._txn.scan(self._prefix + prefix, after, limit)

    def write(self, key: str, record: Record) -> None:
        """Store `record` at `key`."""
        self._txn.write(self._prefix + key, record)

    def delete(self, key: str) -> None:
        """Remove the record at `key`, if there is one."""
        self._txn.delete(self._prefix + key)

    def below(self, prefix: str) -> View:
        """The view of a folder, which ends in `/`."""
        return View(self._txn, self._prefix + prefix)

    def schedule(self, mount: str) -> Schedule:
        """The scheduled work of a mount; engines use `Request.schedule` and `Request.unschedule`."""
        return Schedule(self._txn, mount)


list_ = list
