"""`S3Storage`: a journal of objects, of which each process holds the whole state in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from strongroom.lib.aws import Credentials
from strongroom.lib.aws.s3 import Bucket
from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.storage.base import Condition, Fence
from strongroom.storage.patience import PATIENCE_S
from strongroom.storage.remote import Parts, RemoteStorage
from strongroom.storage.s3.journal import Journal
from strongroom.storage.s3.objects import Objects
from strongroom.storage.s3.probe import probe
from strongroom.storage.s3.reader import Reader
from strongroom.storage.s3.state import CHECKPOINT_TURNS
from strongroom.storage.s3.upkeep import Upkeep
from strongroom.storage.s3.writer import Writer


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is, and who may use it."""

    bucket: Bucket
    path: str
    """Before all names; empty, or ending in `/`."""
    credentials: Callable[[], Awaitable[Credentials]]
    """Called for each request."""


class S3Storage(RemoteStorage[bytes]):
    """A store in a bucket of S3.

    Args:
        place: where it is.
        clock: this machine's; only time that passes is measured by it.
        random: makes the ids of commits.
        max_parallel: how many requests are made at once.
        patience_s: the time limit for a response.
        most_bytes: the size of all rows above which only commits that free space are accepted.
        feed_commits: the number of commits in the change feed.
        checkpoint_turns: after so many objects of the journal a checkpoint is made, while the store is small.
    """

    def __init__(
        self,
        place: Place,
        clock: Clock,
        random: Random,
        *,
        max_parallel: int = 32,
        patience_s: float = PATIENCE_S,
        most_bytes: int = 1 << 30,
        feed_commits: int = 16_384,
        checkpoint_turns: int = CHECKPOINT_TURNS,
    ) -> None:
        super().__init__()
        self._place = place
        self._clock = clock
        self._random = random
        self._most_bytes = most_bytes
        self._objects = Objects(
            place.bucket, place.path, place.credentials, clock, parallel=max_parallel, patience_s=patience_s
        )
        self._journal = Journal(
            self._objects, clock, feed_commits=feed_commits, most_bytes=most_bytes, checkpoint_turns=checkpoint_turns
        )
        self._upkeep = Upkeep(self._journal)

    async def _open(self) -> Parts[bytes]:
        """Prove that the service is fit for it, and read the state.

        Raises: `StorageError` if it isn't, can't be reached or refuses, or if the store is damaged or too large.
        """
        try:
            await probe(self._objects.client, self._place.path, self._random)
            await self._journal.load()
        except BaseException:
            await self._objects.close()
            raise
        writer = Writer(self._journal, self._clock, self._random, on_due=self._upkeep.due, most_bytes=self._most_bytes)
        reader = Reader(self._journal)
        return Parts(reader, writer, reader.check, writer.hold, closing=(writer, reader, self._upkeep, self._objects))

    def condition(self) -> Condition:
        """Whether it is full: all else is found by a query."""
        full = self._journal.state.rows.size_bytes >= self._most_bytes
        return Condition(full=full, throttled=self.throttled)

    @property
    def throttled(self) -> int:
        """How often the service wanted fewer requests."""
        return self._objects.throttled

    async def checkpoint_made(self) -> None:
        """Wait for the checkpoint that this process is making, if there is one."""
        await self._upkeep.finished()

    async def lock(self, role: str, holder: str, ttl_s: float) -> Fence | None:
        """Take or prolong `role`, when the service's clock is known; see `RemoteStorage.lock`."""
        await self.now()
        return await super().lock(role, holder, ttl_s)
