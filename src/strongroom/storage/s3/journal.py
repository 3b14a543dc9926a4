"""The journal: followed to its end, and continued by one process at a time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from strongroom.lib.aws.s3 import Absent, AlreadyThere, S3Object
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.storage.inmem.rows import Rows
from strongroom.storage.s3 import checkpoints
from strongroom.storage.s3.layout import JOURNAL, DamagedError, journal_name, number_in
from strongroom.storage.s3.objects import Objects
from strongroom.storage.s3.state import State

_AHEAD: Final = 16
"""How many objects are asked for at once by a process that is behind."""
_TRUSTED_S: Final = checkpoints.RETAINED_S - 300.0
"""How long the end of the journal may have been seen for the last time, by the service's clock.  Later it may be that
objects were removed since.  Five minutes are for clocks of the service that differ."""
_DIGESTS: Final = 256


class PausedError(StorageError):
    """This process was paused for so long that its object may stand where earlier ones were removed."""


class Journal:
    """The state of the store, as far as this process has followed it.

    Args:
        clock: measures how old the last question is.
        feed_commits: the number of commits in the change feed.
        most_bytes: see `S3Storage`. checkpoint_turns: see `State`.
    """

    def __init__(
        self, objects: Objects, clock: Clock, *, feed_commits: int, most_bytes: int, checkpoint_turns: int
    ) -> None:
        self.objects = objects
        self._checkpoint_turns = checkpoint_turns
        self._clock = clock
        self._feed_commits = feed_commits
        self.state = self._empty()
        self._most_bytes = most_bytes
        self._following = asyncio.Lock()
        self._seen_date = 0.0
        """When the end of the journal was seen, by the service's clock."""
        self.seen_at = float("-inf")
        """When the question was sent that saw it, by this machine's monotonic clock."""
        self._digests: OrderedDict[int, bytes] = OrderedDict()

    async def load(self) -> None:
        """Begin with the newest checkpoint, and follow.  Raises `StorageError`."""
        async with self._following:
            await self._load()
            await self._follow(_AHEAD)
            await self._check_end()

    async def follow(self) -> None:
        """Absorb everything that was written before the call.  Raises `StorageError`."""
        async with self._following:
            await self._follow(1)

    async def append(self, number: int, raw: bytes) -> bool:
        """Write the next object.

        Returns: whether it is written; False if that number is taken, perhaps by an earlier attempt of this process.

        Raises: `Unreachable`, also as `AwsBusy`, if it may have been written; `PausedError` if it may not count;
            `AwsRefused`.
        """
        sent_at = self._clock.monotonic()
        try:
            stored = await self.objects.put_once(journal_name(number), raw)
        except AlreadyThere:
            return False
        if not self._trusted(stored.date):
            raise PausedError("the store failed", detail="this process was paused for too long; it begins anew")
        if self.state.number == number - 1:
            self._absorb(number, raw)
        self._seen_date, self.seen_at = stored.date, sent_at
        return True

    def digest_of(self, number: int) -> bytes | None:
        """The digest of one of the last objects that were absorbed."""
        return self._digests.get(number)

    async def _load(self) -> None:
        number, date = await checkpoints.newest(self.objects)
        state = self._empty()
        if number:
            await checkpoints.read(self.objects, number, state, self._most_bytes)
        self.state = state
        self._seen_date = date
        self._digests.clear()

    def _empty(self) -> State:
        return State(Rows(self._feed_commits), self._checkpoint_turns)

    async def _follow(self, ahead: int) -> None:
        while True:
            state, sent_at = self.state, self._clock.monotonic()
            first = state.number + 1
            found = await self._found(range(first, first + ahead))
            if not all(self._trusted(each.date) for each in found):
                await self._load()
                ahead = _AHEAD
                continue
            for number, each in enumerate(found, start=first):
                if isinstance(each, Absent):
                    if state.number == number - 1:
                        self._seen_date, self.seen_at = each.date, sent_at
                        return
                    break  # a turn of this process has come meanwhile
                if state.number == number - 1:
                    self._absorb(number, each.body)
            ahead = min(2 * ahead, _AHEAD)

    async def _found(self, numbers: range) -> list[S3Object | Absent]:
        if len(numbers) == 1:
            return [await self.objects.find(journal_name(numbers[0]))]
        return await asyncio.gather(*(self.objects.find(journal_name(number)) for number in numbers))

    def _absorb(self, number: int, raw: bytes) -> None:
        self.state.absorb(number, raw)
        checkpoints.check_size(self.state.rows, self._most_bytes)
        self._digests[number] = self.state.digest
        if len(self._digests) > _DIGESTS:
            self._digests.popitem(last=False)

    def _trusted(self, date: float) -> bool:
        if not date:
            raise StorageError("the store failed", detail="the service told no time")
        return date - self._seen_date <= _TRUSTED_S

    async def _check_end(self) -> None:
        """Raise `DamagedError` if objects follow after a hole."""
        last = self.state.number
        page = await self.objects.listed(JOURNAL, after=journal_name(last), limit=1)
        numbers = [number_in(each.key) for each in page.objects]
        if numbers and numbers[0] != last + 1:
            raise DamagedError(journal_name(last + 1), f"is missing, though there is {page.objects[0].key}")
