"""`RemoteStorage`: the storage contract, as every store on other machines keeps it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Generic, TypeVar

from strongroom.lib.errors import StorageError
from strongroom.storage.base import Add, Committer, Condition, Delta, Entry, Fence, Limits, Listing, Revision, Snapshot
from strongroom.storage.held import HeldCommitter
from strongroom.storage.keys import check_commit, check_page
from strongroom.storage.operations import Commit, GiveRole, TakeRole
from strongroom.storage.remote.parts import Parts

HoldT = TypeVar("HoldT")


class RemoteStorage(ABC, Generic[HoldT]):
    """A store that is asked over the network.

    What a store adds is how it is opened.  All else is done by the parts that this yields.
    """

    limits = Limits(keys=4096, bytes=32 << 20, value_bytes=16 << 20)
    reserve = None
    immediate = False

    def __init__(self) -> None:
        self._opened: Parts[HoldT] | None = None

    @abstractmethod
    async def _open(self) -> Parts[HoldT]:
        """Connect, and create what is missing.  Leaves nothing open if it raises `StorageError`."""

    async def start(self) -> None:
        """Open the store, and create what is missing.

        Raises: `StorageError` if it can't be reached, or isn't suitable.
        """
        self._opened = await self._open()

    def condition(self) -> Condition:
        """Always the empty condition: a query finds all trouble."""
        return Condition()

    async def close(self) -> None:
        """Commit the accepted operations, then close all connections."""
        opened, self._opened = self._opened, None
        if opened is not None:
            for part in opened.closing:
                await part.close()

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        return await self._parts.reader.get(key)

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        return await self._parts.reader.get_many(keys)

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """The distinct next segments below `prefix`; see `Storage.list`."""
        check_page(prefix, after, limit)
        return await self._parts.reader.list(prefix, after, limit)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """Every key below `prefix`; see `Storage.scan`."""
        check_page(prefix, after, limit)
        return await self._parts.reader.scan(prefix, after, limit)

    async def synced(self) -> Revision:
        """The newest revision of any node."""
        return await self._parts.reader.synced()

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`; raises `FeedTooOld`."""
        return await self._parts.reader.changed_since(revision)

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """The rows written after `since`; see `Storage.delta`."""
        return await self._parts.reader.delta(since, limit)

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the feed contains the commit with this id.

        Call it inside `exclusive` to rule out that the commit still arrives.
        """
        return await self._parts.reader.committed(revision_id)

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once; see `Committer.commit`."""
        self._check_commit(reads, writes, adds)
        operation = Commit(reads, writes, adds)
        if operation.only_checks:
            return await self._parts.check(operation)
        return await self._parts.writer.run(operation)

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Take or prolong `role`; its row is `role/` and the role's name.  See `Storage.lock`."""
        return await self._parts.writer.run(TakeRole(role, holder, ttl_s))

    async def unlock(self, fence: Fence) -> None:
        """Release the role."""
        await self._parts.writer.run(GiveRole(fence))

    async def now(self) -> float:
        """The store's clock."""
        return await self._parts.reader.now()

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """Block all other commits; see `Storage.exclusive`."""
        return self._exclusive(timeout_s)

    @asynccontextmanager
    async def _exclusive(self, timeout_s: float) -> AsyncIterator[Committer]:
        parts = self._parts
        async with parts.hold(timeout_s) as hold:
            yield HeldCommitter(self._check_commit, lambda commit: parts.writer.run_held(hold, commit))

    def _check_commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> None:
        """Raise `InvalidRequest` for what the store can't take."""
        check_commit(self.limits, reads, writes, adds)

    def _require_open(self) -> None:
        if self._opened is None:
            raise StorageError("the store is closed")

    @property
    def _parts(self) -> Parts[HoldT]:
        if self._opened is None:
            raise StorageError("the store is closed")
        return self._opened
