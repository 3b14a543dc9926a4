"""What an open store on other machines consists of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from strongroom.storage.base import Delta, Entry, Listing, Revision, Snapshot
from strongroom.storage.operations import Commit, Operation

T = TypeVar("T")
HoldT = TypeVar("HoldT")
HoldT_contra = TypeVar("HoldT_contra", contravariant=True)


class Closing(Protocol):
    """A part that has something to close."""

    async def close(self) -> None:
        """Finish what was accepted, and close."""
        ...


class Reading(Protocol):
    """The reading side.  Each method is the one of `Storage` with this name; pages have been checked."""

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        ...

    async def get_many(self, keys: Iterable[str]) -> Snapshot:
        """The rows at `keys`, at one revision."""
        ...

    async def list(self, prefix: str, after: str, limit: int | None) -> Listing:
        """The distinct next segments below `prefix`."""
        ...

    async def scan(self, prefix: str, after: str, limit: int | None) -> Listing:
        """Every key below `prefix`, as its remainder."""
        ...

    async def synced(self) -> Revision:
        """The newest revision."""
        ...

    async def changed_since(self, revision: Revision) -> Sequence[str]:
        """The keys written after `revision`, each once; raises `FeedTooOld`."""
        ...

    async def delta(self, since: Revision, limit: int | None) -> Delta:
        """The rows written after `since`; raises `FeedTooOld`."""
        ...

    async def committed(self, revision_id: bytes) -> bool:
        """Whether the feed holds the commit with this id."""
        ...

    async def now(self) -> float:
        """The store's clock."""
        ...


class Writing(Protocol[HoldT_contra]):
    """The writing side.  `HoldT_contra` is what stands for a hold of the store."""

    async def run(self, operation: Operation[T]) -> T:
        """Run an operation in the next batch."""
        ...

    async def run_held(self, hold: HoldT_contra, operation: Operation[T], /) -> T:
        """Run an operation at once, below a hold."""
        ...


@dataclass(frozen=True, slots=True)
class Parts(Generic[HoldT]):
    """Those of one open store."""

    reader: Reading
    writer: Writing[HoldT]
    check: Callable[[Commit], Awaitable[Revision]]
    """Runs a commit that writes nothing."""
    hold: Callable[[float], AbstractAsyncContextManager[HoldT]]
    """Blocks the commits of all processes; called with the time limit in seconds."""
    closing: Sequence[Closing]
    """What is closed, in this order."""
