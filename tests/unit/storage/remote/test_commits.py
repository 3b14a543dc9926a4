"""Batches are committed one at a time, and nobody waits for a store that is closed."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from strongroom.lib.errors import CommitUnknown, Conflict, StorageError
from strongroom.storage.base import Revision
from strongroom.storage.batch import Pending
from strongroom.storage.operations import Commit
from strongroom.storage.remote.commits import Commits, run_alone, unknown

DONE = Revision(1, b"r")


class Store:
    """Commits a batch when it is let."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.bug: Exception | None = None

    async def commit(self, batch: list[Pending[object]]) -> None:
        """One batch."""
        self.batches.append(len(batch))
        self.begun.set()
        await self.go_on.wait()
        if self.bug is not None:
            raise self.bug
        for pending in batch:
            pending.deliver(DONE)


def change() -> Commit:
    """An operation that writes a row."""
    return Commit({}, {"a": b""}, {})


async def test_what_comes_during_a_batch_is_the_next_one() -> None:
    """Closing waits for what was accepted, and refuses what comes later."""
    store = Store()
    commits = Commits(10, store.commit)
    first = asyncio.create_task(commits.run(change()))
    await store.begun.wait()
    later = [asyncio.create_task(commits.run(change())) for _ in range(3)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(commits.close())
    store.go_on.set()
    assert await asyncio.gather(first, *later) == [DONE] * 4
    await closing
    assert store.batches == [1, 3]
    with pytest.raises(StorageError, match="the store is closed"):
        await commits.run(change())


async def test_nobody_waits_for_ever_when_the_loop_has_ended() -> None:
    """A bug ends it: whoever still waits gets an error, and the log tells of it."""
    store = Store()
    store.bug = AssertionError()
    commits = Commits(10, store.commit)
    lost = asyncio.create_task(commits.run(change()))
    await store.begun.wait()
    later = asyncio.create_task(commits.run(change()))
    await asyncio.sleep(0)
    with capture_logs() as lines:
        store.go_on.set()
        with pytest.raises(StorageError, match="the store is closed"):
            await later
    assert [line["event"] for line in lines] == ["the store's commits have ended"]
    lost.cancel()


async def test_who_is_cancelled_waits_for_a_commit_that_is_under_way() -> None:
    """Otherwise a hold could end before the commit below it."""
    store = Store()
    waiting = asyncio.create_task(run_alone(change(), store.commit))
    await store.begun.wait()
    waiting.cancel()
    await asyncio.sleep(0)
    assert not waiting.done()
    store.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await run_alone(change(), store.commit) == DONE


def test_only_what_was_sent_is_unknown() -> None:
    """What was refused before the commit stays refused."""
    refused = Conflict()
    assert unknown(refused, "cut") is refused
    lost = unknown(DONE, "cut")
    assert isinstance(lost, CommitUnknown)
    assert (lost.revision_id, lost.detail) == (b"r", "cut")
