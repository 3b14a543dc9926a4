"""A process that is paused for longer than its locks last, and goes on as if nothing had happened."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import Conflict, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Storage
from strongroom.storage.postgresql import PostgresqlStorage
from tests.conformance.postgres import PostgresqlServer
from tests.conformance.replication import paused
from tests.conformance.storage.backends import Backend, on
from tests.conformance.storage.processes import Link, worker

TTL_S = 3.0
TABLE = "paused_processes"


async def hold_a_role(storage: Storage, link: Link) -> None:
    """Take the role, do its work once, and do it again when told to; tell what became of each."""
    fence = await storage.lock("work", "first", TTL_S)
    assert fence is not None
    made = await storage.commit({fence.key: fence.revision}, {"done": b"1"}, {})
    link.send(made.number)
    await link.receive()
    try:
        await storage.commit({fence.key: fence.revision, "done": made.number}, {"done": b"late"}, {})
    except Conflict:
        link.send("conflict")
    else:
        link.send("done")
    # What the holder doesn't depend on is refused by the fence alone.
    try:
        await storage.commit({fence.key: fence.revision}, {"other": b"late"}, {})
    except Conflict:
        link.send("conflict")
    else:
        link.send("done")
    link.send(await storage.lock("work", "first", TTL_S) is None)


def test_a_holder_that_was_paused_is_stopped_by_its_fence(shared_backend: Backend) -> None:
    """Another has taken the role meanwhile; what the first one still wants to commit is refused."""

    async def scenario(storage: Storage) -> None:
        with worker(shared_backend.opener(), hold_a_role) as other:
            first = await other.link.receive()
            assert await storage.lock("work", "second", 60.0) is None
            with paused(other.pid):
                await shared_backend.elapse(TTL_S + 0.2)
                fence = await storage.lock("work", "second", 60.0)
                assert fence is not None
                made = await storage.commit({fence.key: fence.revision, "done": first}, {"done": b"2"}, {})
            other.link.send("go on")
            answers = [await other.link.receive(), await other.link.receive(), await other.link.receive()]
            other.join()
        assert answers == ["conflict", "conflict", True]
        entry = await storage.get("done")
        assert entry is not None and (entry.value, entry.revision) == (b"2", made.number)
        assert await storage.get("other") is None

    on(shared_backend, scenario)


def impatient(url: str, patience_s: float) -> Storage:
    """A store whose server ends idle transactions soon."""
    return PostgresqlStorage(url, TABLE, SystemClock(), SystemRandom(), patience_s=patience_s)


async def hold_off_the_others(storage: Storage, link: Link) -> None:
    """Hold off all other commits, and commit below that when told to."""
    async with storage.exclusive(5.0) as committer:
        await committer.commit({}, {"held": b"1"}, {})
        link.send("held")
        await link.receive()
        try:
            await committer.commit({}, {"held": b"late"}, {})
        except StorageError:
            link.send("refused")
        else:
            link.send("committed")


@pytest.mark.timeout(120)
def test_a_paused_process_does_not_hold_off_the_others_for_ever(postgresql_server: PostgresqlServer) -> None:
    """PostgreSQL ends its transaction; the others go on, and what it commits when it comes back is refused."""
    opener = partial(impatient, postgresql_server.url, 1.0)

    async def main() -> None:
        storage = opener()
        await storage.start()
        try:
            with worker(opener, hold_off_the_others) as other:
                assert await other.link.receive() == "held"
                with paused(other.pid):
                    async with asyncio.timeout(60):
                        while True:
                            try:
                                made = await storage.commit({}, {"ours": b""}, {})
                                break
                            except StorageError:
                                continue
                other.link.send("go on")
                assert await other.link.receive() == "refused"
                other.join()
            entry = await storage.get("held")
            assert entry is not None and entry.value == b"1"
            assert await storage.synced() == made
        finally:
            await storage.close()

    asyncio.run(main())


class Ahead(SystemClock):
    """A machine whose clock is ten minutes ahead."""

    def now(self) -> float:
        """Seconds since the epoch, and ten minutes."""
        return super().now() + 600


async def test_clocks_that_disagree_give_nobody_the_role(postgresql_server: PostgresqlServer) -> None:
    """The database's clock decides, whatever the machines' say."""
    one = PostgresqlStorage(postgresql_server.url, TABLE, SystemClock(), SystemRandom())
    other = PostgresqlStorage(postgresql_server.url, TABLE, Ahead(), SystemRandom())
    for storage in (one, other):
        await storage.start()
    try:
        fence = await one.lock("clocks", "one", 60.0)
        assert fence is not None
        assert await other.lock("clocks", "other", 60.0) is None
        assert abs(await one.now() - await other.now()) < 30
        assert (await one.lock("clocks", "one", 60.0)) is not None
    finally:
        for storage in (one, other):
            await storage.close()


async def test_reads_that_use_up_the_pool_lose_no_role(postgresql_server: PostgresqlServer) -> None:
    """A role is taken and prolonged over a connection of its own, and so are commits below its fence."""
    storage = PostgresqlStorage(postgresql_server.url, TABLE, SystemClock(), SystemRandom(), max_parallel=2)
    await storage.start()
    try:
        with_everything_taken = [asyncio.Event(), asyncio.Event()]
        release = asyncio.Event()

        async def take(began: asyncio.Event) -> None:
            async def question(connection: object) -> None:
                began.set()
                await release.wait()

            await storage._connections.read(question, 10)

        readers = [asyncio.create_task(take(began)) for began in with_everything_taken]
        for began in with_everything_taken:
            await began.wait()
        fence = await storage.lock("pool", "one", 60.0)
        assert fence is not None
        assert (await storage.lock("pool", "one", 60.0)) is not None
        await storage.commit({fence.key: fence.revision}, {"pool": b""}, {})
        release.set()
        await asyncio.gather(*readers)
    finally:
        await storage.close()
