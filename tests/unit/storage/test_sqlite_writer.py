"""Group commit when the lock or the disk fails: whoever waits is answered, and nobody commits without the lock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Revision
from strongroom.storage.operations import Commit
from strongroom.storage.sqlite.files import FairLock, OpenedFile, prepare_directory
from strongroom.storage.sqlite.schema import ensure_schema
from strongroom.storage.sqlite.writer import Writer
from tests.sim.clock import SetClock
from tests.sim.faulty_writing import FaultyBallast, FaultyConnection, FaultyLock

PATIENCE_S = 10.0
"""A caller who waits longer is one that nobody answers."""


@dataclass
class Bench:
    """A writer over a lock and a connection that fail when told to, and a second process' lock."""

    writer: Writer
    lock: FaultyLock
    other: FairLock
    connection: FaultyConnection
    ballast: FaultyBallast

    async def put(self, name: str) -> Revision:
        """Commit one row."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.writer.run(Commit({}, {name: b""}, {}))

    def names(self) -> list[str]:
        """The rows that were committed."""
        return [str(row[0]) for row in self.connection.execute("SELECT key FROM kv ORDER BY key")]

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """The lock is another process'."""
        assert self.other.try_acquire()
        try:
            yield
        finally:
            self.other.release()


def on_bench(directory: Path, scenario: Callable[[Bench], Awaitable[None]], patience_s: float = PATIENCE_S) -> None:
    """Run a scenario on a new database.

    Args:
        patience_s: how long the writer lets a caller wait for the lock or the disk.
    """

    async def main() -> None:
        database = prepare_directory(directory)
        connection = FaultyConnection(database)
        ensure_schema(connection, database)
        lock, ballast = FaultyLock(directory), FaultyBallast(directory, 0)
        assert ballast.restore()
        opened = OpenedFile(database)
        writer = Writer(
            connection, opened, lock, ballast, clock=SetClock(), random=SystemRandom(), patience_s=patience_s
        )
        await scenario(Bench(writer, lock, FairLock(directory), connection, ballast))
        async with asyncio.timeout(PATIENCE_S):
            await writer.close()

    asyncio.run(main())


@pytest.mark.parametrize("fails", ["at once", "waiting"])
def test_nothing_is_committed_without_the_lock(tmp_path: Path, fails: str) -> None:
    """When `flock` fails, everybody who waits is told so, no row is written, and the next commit takes the lock."""

    async def scenario(bench: Bench) -> None:
        await bench.put("before")
        bench.lock.fails = fails
        with bench.elsewhere():
            answers = await asyncio.gather(bench.put("a"), bench.put("b"), return_exceptions=True)
        assert [type(answer) for answer in answers] == [StorageError, StorageError]
        assert bench.names() == ["before"]
        bench.lock.fails = ""
        await bench.put("after")
        assert bench.names() == ["after", "before"]
        assert bench.other.try_acquire(), "the lock was given back"
        bench.other.release()

    on_bench(tmp_path, scenario)


@pytest.mark.parametrize("fails", ["at once", "waiting"])
def test_a_hold_without_the_lock_is_none(tmp_path: Path, fails: str) -> None:
    """Holding the store when `flock` fails is an error of the store; the block isn't entered, later ones are."""

    async def scenario(bench: Bench) -> None:
        bench.lock.fails = fails
        entered = False
        with pytest.raises(StorageError, match="the store failed"):
            async with bench.writer.hold(PATIENCE_S):
                entered = True
        assert not entered
        bench.lock.fails = ""
        async with asyncio.timeout(PATIENCE_S), bench.writer.hold():
            await bench.writer.run_held(Commit({}, {"held": b""}, {}))
        assert bench.names() == ["held"]

    on_bench(tmp_path, scenario)


def test_a_lock_that_comes_late_is_given_back(tmp_path: Path) -> None:
    """Who gave up waiting for the store doesn't keep it when the lock comes after all."""

    async def scenario(bench: Bench) -> None:
        with bench.elsewhere(), pytest.raises(StorageError, match="another transaction holds the store"):
            async with bench.writer.hold(0.01):
                pass
        await bench.put("after")
        assert bench.names() == ["after"]

    on_bench(tmp_path, scenario)


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "COMMIT"])
def test_an_io_error_answers_everybody(tmp_path: Path, statement: str) -> None:
    """Whether a transaction can't begin or can't end: each of the batch gets an error, and so does who comes later."""

    async def scenario(bench: Bench) -> None:
        await bench.put("before")
        bench.connection.failing = statement
        with bench.elsewhere():
            waiting = [asyncio.create_task(bench.put(name)) for name in "abc"]
            await asyncio.sleep(0)
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(answer, StorageError) for answer in answers), answers
        bench.connection.failing = ""
        with pytest.raises(StorageError):
            await bench.put("later")
        assert bench.names() == ["before"]
        assert bench.writer.broken
        assert bench.other.try_acquire(), "the lock was given back"
        bench.other.release()

    on_bench(tmp_path, scenario)


def test_an_io_error_at_the_beginning_answers_who_holds(tmp_path: Path) -> None:
    """The same inside an exclusive hold: the commit is refused, and the hold ends."""

    async def scenario(bench: Bench) -> None:
        bench.connection.failing = "BEGIN IMMEDIATE"
        with pytest.raises(StorageError):
            async with asyncio.timeout(PATIENCE_S), bench.writer.hold():
                await bench.writer.run_held(Commit({}, {"held": b""}, {}))
        assert bench.other.try_acquire()
        bench.other.release()

    on_bench(tmp_path, scenario)


def test_a_cancelled_commit_keeps_its_lock_to_the_end(tmp_path: Path) -> None:
    """A request that is cancelled while its COMMIT runs holds the lock until the COMMIT has ended; then it lets go."""

    async def scenario(bench: Bench) -> None:
        bench.connection.stalled = "COMMIT"

        async def exclusive() -> None:
            async with bench.writer.hold():
                await bench.writer.run_held(Commit({}, {"held": b""}, {}))

        running = asyncio.create_task(exclusive())
        assert await asyncio.to_thread(bench.connection.reached.wait, PATIENCE_S)
        running.cancel()
        for _ in range(20):
            await asyncio.sleep(0)
        taken = bench.other.try_acquire()
        bench.connection.stalled = ""
        bench.connection.released.set()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not taken, "another process could begin while the COMMIT ran"
        async with asyncio.timeout(PATIENCE_S):
            while not bench.other.try_acquire():
                await asyncio.sleep(0)
        bench.other.release()
        assert bench.names() == ["held"]

    on_bench(tmp_path, scenario)
