"""The one reader of the outbox in a process, whom all subscribers of that process share.

It follows the store's feed while anybody subscribes, and keeps the latest commits.  Who is slower than that reads rows
from the store by himself, and so costs nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterator
from itertools import takewhile
from typing import Final

import structlog

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.outbox import STATE, OutboxState, bucket_folder
from strongroom.barrier.transaction import transact
from strongroom.lib.errors import FeedTooOld, InvalidRequest, RateLimited, StrongroomError
from strongroom.lib.fault import where
from strongroom.services.events import stored, wanting
from strongroom.services.events.position import Position
from strongroom.services.events.stored import Commit
from strongroom.storage.base import Revision

log = structlog.get_logger("events")

_PAUSE_S: Final = 0.05
"""How often the store is asked for news while somebody subscribes."""
_MOST_COMMITS: Final = 2048
_MOST_EVENTS: Final = 16_384
_AT_ONCE: Final = 128
"""Commits that a subscriber gets at once, so that its rules are looked up once for them."""
MOST_READERS: Final = 512
"""Each has its rules judged for each commit with events."""
MOST_OF_ONE: Final = 64
"""Subscriptions of one token, so that a client that has run wild leaves places to others."""
_FULL_RETRY_S: Final = 60


TOO_OLD: Final = "events after this cursor are gone: begin anew, and read what you need to know of"


class CursorTooOld(InvalidRequest):
    """Events behind a cursor have been cleared, or were never written."""


class OutboxReader:
    """Follows the outbox.

    Args:
        most_commits: how many commits are kept for subscribers that are a little behind.
    """

    def __init__(self, barrier: Barrier, *, most_commits: int = _MOST_COMMITS) -> None:
        self._barrier = barrier
        self._most_commits = most_commits
        self._recent: deque[Commit] = deque()
        self._held = 0
        self._floor = 0
        """All commits after this revision, up to that of `_at`, are in `_recent`."""
        self._at = Revision(0, b"")
        self._bucket = 0
        self._readers: Counter[str] = Counter()
        self._called = asyncio.Event()
        self._news = asyncio.Event()
        self.is_over = False
        """Whether this process serves nobody any more."""
        self.history = 0
        """Counts how often the store's history was replaced.  Places from before mean nothing any more."""

    @property
    def readers(self) -> int:
        """How many subscribers there are in this process."""
        return self._readers.total()

    def require_place(self, owner: str) -> None:
        """Raise `RateLimited` if as many subscribe in this process as may, or as many of one token.

        Args:
            owner: whose subscription it is to be.
        """
        text = ""
        if self.readers >= MOST_READERS:
            text = f"{MOST_READERS} clients follow events through this process already, which is fixed"
        elif self._readers[owner] >= MOST_OF_ONE:
            text = f"the token follows events {MOST_OF_ONE} times through this process already, which is fixed"
        if text:
            raise RateLimited(text, retry_after_s=_FULL_RETRY_S)

    def end(self) -> None:
        """End all subscriptions, because this process is sealed or ends.  Clients go on elsewhere by their cursors."""
        self.is_over = True
        self._news.set()

    @contextlib.contextmanager
    def following(self, owner: str) -> Iterator[None]:
        """Have the reader follow the outbox for the time of the block.

        Args:
            owner: who follows it.
        """
        self._readers[owner] += 1
        self._called.set()
        try:
            yield
        finally:
            self._readers[owner] -= 1
            self._readers += Counter()  # names with nothing left go

    async def run_forever(self) -> None:
        """Follow the outbox while there are subscribers."""
        while True:
            self._called.clear()
            while self.readers:
                try:
                    await self.poll()
                except StrongroomError as error:
                    log.warning("events can't be read", reason=error.detail or error.text)
                except Exception as error:  # a bug in here must not end the subscriptions for good
                    log.error("events can't be read", fault=where(error))
                await asyncio.sleep(_PAUSE_S)
            await self._called.wait()

    async def poll(self) -> None:
        """Look for news once."""
        storage = self._barrier.storage
        bucket = await self._present_bucket()
        newest = await storage.synced()
        if newest == self._at:
            self._bucket = max(self._bucket, bucket)
            return
        try:
            changed = await storage.changed_since(self._at) if self._at.number else None
        except FeedTooOld:
            changed = None
        if changed is None:
            if newest.number < self._at.number:
                self.history += 1
            self._restart(newest, bucket)
        else:
            last = self._recent[-1].revision if self._recent else self._floor
            found = await stored.read_rows(self._barrier, [key for key in changed if stored.is_row(key)])
            self._keep(commit for commit in found if commit.revision > last)
            self._at, self._bucket = newest, max(self._bucket, bucket)
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _present_bucket(self) -> int:
        """The number of the present bucket, or an earlier one: rows that are found later are in no earlier one."""
        row = await self._barrier.row(STATE)
        state = await self._barrier.record(STATE, row, OutboxState)
        return state.bucket if state is not None else 0

    def _restart(self, newest: Revision, bucket: int) -> None:
        self._recent.clear()
        self._held = 0
        self._floor = newest.number
        self._at, self._bucket = newest, bucket

    def _keep(self, commits: Iterator[Commit]) -> None:
        for commit in commits:
            self._recent.append(commit)
            self._held += len(commit.events)
        while len(self._recent) > self._most_commits or (self._held > _MOST_EVENTS and len(self._recent) > 1):
            dropped = self._recent.popleft()
            self._held -= len(dropped.events)
            self._floor = dropped.revision

    async def checked(self, position: Position) -> Position:
        """A client's place, if everything behind it is still there.  Raises `CursorTooOld`."""
        state = await transact(self._barrier, wanting.read)
        if position.bucket < state.oldest or not state.bucket:
            raise CursorTooOld(TOO_OLD)
        newest = await self._barrier.storage.synced()
        row = await self._barrier.storage.get(bucket_folder(position.bucket) + position.row) if position.row else None
        if position.revision > newest.number or (position.row and (row is None or row.revision != position.revision)):
            raise CursorTooOld("this cursor is of another store, or of a state that the store was set back from")
        return position

    async def oldest(self) -> Position:
        """The place in front of everything that is kept."""
        state = await transact(self._barrier, wanting.read)
        return Position(state.oldest, 0)

    async def head(self) -> Position:
        """The place behind everything that has happened by now."""
        await self._barrier.sync()
        bucket = await self._present_bucket()
        newest = await self._barrier.storage.synced()
        return Position(bucket, newest.number)

    async def commits(self, position: Position, wait_s: float) -> AsyncGenerator[list[Commit] | Position]:
        """The commits behind a place, some at a time; and a place when all is told, at news and each `wait_s` seconds.

        The first commit may be one of which some events are in front of the place.  Who iterates slowly does so at
        nobody else's cost.

        Raises: `CursorTooOld` as soon as something that wasn't told yet has been cleared.
        """
        history = self.history
        while not self.is_over:
            if history != self.history:
                raise CursorTooOld("the store was set back, and events may have been lost: begin anew")
            if not self._at.number:
                await self._wait(wait_s)
                continue
            if position.revision < self._floor:
                await self.checked(position)
                async for found in stored.since(self._barrier, position):
                    if isinstance(found, int):
                        position = max(position, Position(position.bucket, found))
                    elif found:
                        position = found[-1].after(len(found[-1].events))
                        yield found
                continue
            behind = self._behind(position)
            if behind:
                position = behind[-1].after(len(behind[-1].events))
                yield behind
                continue
            if self._at.number > position.revision:
                position = Position(self._bucket, self._at.number)
            yield position
            await self._wait(wait_s)

    def _behind(self, position: Position) -> list[Commit]:
        """The first of the kept commits behind a place.  They are looked for from the end, where most readers are."""
        found = list(takewhile(lambda commit: commit.is_behind(position), reversed(self._recent)))
        return found[: -_AT_ONCE - 1 : -1]

    async def _wait(self, seconds: float) -> None:
        if self.is_over:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
