"""A mount's part of the store, within the transaction of one request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, TypeVar

from strongroom.barrier import keys
from strongroom.barrier.outbox import Event
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.passwords import PasswordPolicy
from strongroom.sdk.passwords import policy_of
from strongroom.sdk.schedule import Schedule

R = TypeVar("R", bound=Record)
T = TypeVar("T")


class View:
    """Reads and writes below one prefix.  A mount can't reach anything outside it.

    Writes take effect when the request's transaction commits.  Reads see one state of the store, plus this request's
    own writes.
    """

    __slots__ = ("_prefix", "_txn")

    def __init__(self, txn: Transaction, prefix: str) -> None:
        self._txn = txn
        self._prefix = prefix

    def read(self, key: str, type_: type[R]) -> Coroutine[Any, Any, R | None]:
        """The record at `key`, or None.  Raises `Tampered`; `Internal` for a record of another type."""
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

    def lasts(self, until: float) -> None:
        """Note a time from which on the answer may be another one, in seconds since the epoch; 0 for none."""
        self._txn.lasts(until)

    def know_the_time(self) -> None:
        """Note that the answer may depend on the time in any way."""
        self._txn.knows_the_time = True

    def below(self, prefix: str) -> View:
        """The view of a folder, which ends in `/`."""
        return View(self._txn, self._prefix + prefix)

    async def apart(self, work: Callable[[View], Awaitable[T]]) -> T:
        """Do `work` with this view in a transaction of its own, which commits whatever becomes of the request.

        For a note to other requests, from work outside the request's transaction (`request.once.outside`).
        """
        return await transact(self._txn.barrier, lambda txn: work(View(txn, self._prefix)))

    async def derived(self, name: Hashable, build: Callable[[View], Awaitable[T]]) -> T:
        """The value that `build` makes from rows of this view.  It is kept in memory until one of these rows changes.

        `build` sees the committed rows, without the writes of this request.

        Args:
            name: unique among the derived values of this view.
        """
        prefix = self._prefix
        return await self._txn.derived((prefix, name), lambda txn: build(View(txn, prefix)))

    async def password_policy(self, name: str) -> PasswordPolicy:
        """A password policy of the mount's namespace; engines use `Request.password`."""
        return await policy_of(self._txn, keys.namespace_at(self._prefix), name)

    @property
    def namespace_id(self) -> str:
        """The id of the namespace that these rows belong to."""
        return keys.namespace_at(self._prefix)

    def emit(self, event: Event) -> None:
        """Tell of something that happens when the request commits; engines use `Request.emit`."""
        self._txn.emit(event)

    def schedule(self, mount: str) -> Schedule:
        """The scheduled work of a mount; engines use `Request.schedule` and `Request.unschedule`."""
        return Schedule(self._txn, mount)


list_ = list
