"""A store that fails, stalls or delays the calls that a plan names."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from strongroom.lib.errors import CommitUnknown, StorageError
from strongroom.storage.base import Add, Committer, Condition, Delta, Entry, Fence, Listing, Revision, Snapshot, Storage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fail:
    """The call raises this error and does nothing."""

    error: Exception = field(default_factory=lambda: StorageError("the store failed", detail="planned"))


@dataclass(frozen=True, slots=True)
class Unknown:
    """A commit whose connection dies: before it took place, or after."""

    took_place: bool


@dataclass(slots=True)
class Hold:
    """The call waits until `released` is set, then goes on; `reached` is set when it waits."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Delay:
    """The call takes this much longer, in seconds."""

    seconds: float


Fault = Fail | Unknown | Hold | Delay | None


class Plan:
    """Which calls fail: for each method of the store, a queue of faults; None in it lets one call pass.

    Attributes:
        calls: how often each method was called, so that a test can count and then fail each call in turn.
    """

    def __init__(self, **faults: Sequence[Fault]) -> None:
        self.calls: defaultdict[str, int] = defaultdict(int)
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        for method, queue in faults.items():
            self._faults[method].extend(queue)

    def add(self, method: str, *faults: Fault) -> None:
        """Plan more faults for a method."""
        self._faults[method].extend(faults)

    def next(self, method: str) -> Fault:
        """The fault of the call that begins now."""
        self.calls[method] += 1
        queue = self._faults[method]
        return queue.popleft() if queue else None


class FaultyStorage:
    """Wraps any store.

    Args:
        inner: the store that does the work.
        plan: what goes wrong; `commit` covers the commits inside `exclusive` too.

    Attributes:
        known: what it says of itself, if anything.
    """

    def __init__(self, inner: Storage, plan: Plan) -> None:
        self._inner = inner
        self._plan = plan
        self.limits = inner.limits
        self.immediate = False
        self.reserve = inner.reserve
        self.known = Condition()

    def condition(self) -> Condition:
        """What `known` says, or else the inner store."""
        return self._inner.condition() if self.known == Condition() else self.known

    async def start(self) -> None:
        """Start the inner store."""
        await self._call("start", self._inner.start)

    async def close(self) -> None:
        """Close the inner store."""
        await self._call("close", self._inner.close)

    async def get(self, key: str) -> Entry | None:
        """As the inner store, if the plan lets it."""
        return await self._call("get", lambda: self._inner.get(key))

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """As the inner store, if the plan lets it."""
        return await self._call("get_many", lambda: self._inner.get_many(keys))

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """As the inner store, if the plan lets it."""
        return await self._call("list", lambda: self._inner.list(prefix, after, limit))

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> Listing:
        """As the inner store, if the plan lets it."""
        return await self._call("scan", lambda: self._inner.scan(prefix, after, limit))

    async def synced(self) -> Revision:
        """As the inner store, if the plan lets it."""
        return await self._call("synced", self._inner.synced)

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """As the inner store, if the plan lets it."""
        return await self._call("changed_since", lambda: self._inner.changed_since(revision))

    async def delta(self, since: Revision, limit: int | None = None) -> Delta:
        """As the inner store, if the plan lets it."""
        return await self._call("delta", lambda: self._inner.delta(since, limit))

    async def committed(self, revision_id: bytes) -> bool:
        """As the inner store, if the plan lets it."""
        return await self._call("committed", lambda: self._inner.committed(revision_id))

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """As the inner store, if the plan lets it."""
        return await self._call("commit", lambda: self._inner.commit(reads, writes, adds))

    def exclusive(self, timeout_s: float) -> AbstractAsyncContextManager[Committer]:
        """As the inner store, if the plan lets it."""
        return self._exclusive(timeout_s)

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """As the inner store, if the plan lets it."""
        return await self._call("lock", lambda: self._inner.lock(role, holder, ttl_s))

    async def unlock(self, fence: Fence) -> None:
        """As the inner store, if the plan lets it."""
        await self._call("unlock", lambda: self._inner.unlock(fence))

    async def now(self) -> float:
        """As the inner store, if the plan lets it."""
        return await self._call("now", self._inner.now)

    @asynccontextmanager
    async def _exclusive(self, timeout_s: float) -> AsyncIterator[Committer]:
        await self._call("exclusive", _nothing)
        async with self._inner.exclusive(timeout_s) as committer:
            yield _Committer(self, committer)

    async def _call(self, method: str, work: Callable[[], Awaitable[T]]) -> T:
        match self._plan.next(method):
            case Fail(error):
                raise error
            case Unknown(took_place):
                if not took_place:
                    raise CommitUnknown("the connection died", revision_id=b"never committed!")
                made = await work()
                assert isinstance(made, Revision), "only a commit's outcome can be unknown"
                raise CommitUnknown("the connection died", revision_id=made.id)
            case Hold() as hold:
                hold.reached.set()
                await hold.released.wait()
            case Delay(seconds):
                await asyncio.sleep(seconds)
            case None:
                pass
        return await work()


class _Committer:
    def __init__(self, storage: FaultyStorage, inner: Committer) -> None:
        self._storage = storage
        self._inner = inner

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        return await self._storage._call("commit", lambda: self._inner.commit(reads, writes, adds))


async def _nothing() -> None:
    return
