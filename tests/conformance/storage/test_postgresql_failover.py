"""The primary dies, and a standby takes its place: with all commits, or without the last ones."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import CommitUnknown, Conflict, FeedTooOld, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Revision
from strongroom.storage.postgresql import PostgresqlStorage
from tests.conformance.postgres import PostgresqlServer, newest_binaries, running_postgresql
from tests.conformance.replication import asked, caught_up, cut_off, make_synchronous, paused, running_standby

GENEROUS_S = 60.0


@pytest.fixture
def pair() -> Iterator[tuple[PostgresqlServer, PostgresqlServer]]:
    """A primary and its standby; each test kills one."""
    if newest_binaries() is None:
        pytest.skip("needs the Debian package postgresql")
    with running_postgresql() as primary, running_standby(primary) as standby:
        yield primary, standby


def both(one: PostgresqlServer, other: PostgresqlServer) -> str:
    """A connection URL of two hosts."""
    return one.url.replace(f":{one.port}/", f":{one.port},127.0.0.1:{other.port}/")


def store(url: str, table: str, patience_s: float = 5.0) -> PostgresqlStorage:
    """A store on named tables."""
    return PostgresqlStorage(url, table, SystemClock(), SystemRandom(), patience_s=patience_s)


async def back(storage: PostgresqlStorage) -> Revision:
    """The newest revision, once the store answers again by itself."""
    async with asyncio.timeout(GENEROUS_S):
        while True:
            try:
                return await storage.synced()
            except StorageError:
                continue


def test_a_standby_that_lags_is_another_history(pair: tuple[PostgresqlServer, PostgresqlServer]) -> None:
    """Whoever knew the lost commits is told so, also when as many others have taken their numbers."""
    primary, standby = pair
    table = f"t{uuid.uuid4().hex}"

    async def main() -> None:
        storage = store(both(primary, standby), table)
        await storage.start()
        try:
            kept = await storage.commit({}, {"a": b"kept"}, {})
            fence = await storage.lock("expiry", "one", 3600)
            await asyncio.to_thread(caught_up, primary, standby)
            await asyncio.to_thread(cut_off, primary, standby)
            lost = await storage.commit({}, {"a": b"lost"}, {})
            await asyncio.to_thread(primary.stop, "immediate")
            with pytest.raises(StorageError):
                await storage.synced()
            await asyncio.to_thread(standby.promote)
            newest = await back(storage)
            assert newest.number < lost.number
            with pytest.raises(FeedTooOld):
                await storage.changed_since(lost)
            assert not await storage.committed(lost.id)
            assert await storage.changed_since(kept)
            entry = await storage.get("a")
            assert entry is not None and entry.value == b"kept"
            with pytest.raises(Conflict):
                await storage.commit({"a": lost.number}, {"a": b"on lost ground"}, {})
            assert fence is not None and await storage.lock("expiry", "two", 3600) is None
            while (made := await storage.commit({}, {"b": b""}, {})).number < lost.number + 1:
                pass
            with pytest.raises(FeedTooOld):
                await storage.changed_since(lost)
            assert await storage.changed_since(made) == []
            await left_behind(storage, made)
        finally:
            await storage.close()

    async def left_behind(storage: PostgresqlStorage, made: Revision) -> None:
        """The old primary comes back, and takes writes as if nothing had happened: it isn't taken for the store."""
        await asyncio.to_thread(primary.start)
        ours = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'strongroom'"
        await asyncio.to_thread(asked, standby, ours)
        assert await storage.synced() == made
        assert (await storage.commit({}, {"c": b""}, {})).number == made.number + 1
        await asyncio.to_thread(standby.stop, "immediate")
        for call in (storage.synced(), storage.commit({}, {"d": b""}, {})):
            with pytest.raises(StorageError) as refused:
                await call
            assert "left behind by a failover" in refused.value.text
        await asyncio.to_thread(standby.start)
        await back(storage)

    asyncio.run(main())


def test_a_synchronous_standby_has_all_that_was_acknowledged(pair: tuple[PostgresqlServer, PostgresqlServer]) -> None:
    """What it hadn't got, nobody was told as done; and the new primary says what became of it."""
    primary, standby = pair
    table = f"t{uuid.uuid4().hex}"

    async def main() -> None:
        storage = store(both(primary, standby), table, patience_s=1.0)
        await storage.start()
        try:
            await asyncio.to_thread(make_synchronous, primary)
            done = [await storage.commit({}, {f"k/{number}": b""}, {}) for number in range(20)]
            [(receiver,)] = await asyncio.to_thread(asked, standby, "SELECT pid FROM pg_stat_wal_receiver")
            assert isinstance(receiver, int)
            with paused(receiver):
                with pytest.raises(CommitUnknown) as unknown:
                    await storage.commit({}, {"late": b""}, {})
                await asyncio.to_thread(primary.stop, "immediate")
            await asyncio.to_thread(standby.promote)
            await back(storage)
            for revision in done:
                assert await storage.committed(revision.id)
            assert len((await storage.list("k/")).names) == 20
            # The standby's socket may have held it when the primary died: then it took place, else it didn't.
            async with storage.exclusive(5.0):
                took_place = await storage.committed(unknown.value.revision_id)
                assert (await storage.get("late") is not None) is took_place
        finally:
            await storage.close()

    asyncio.run(main())


def test_a_standby_is_no_store(pair: tuple[PostgresqlServer, PostgresqlServer]) -> None:
    """Named alone it is refused, and before the primary it is passed over."""
    primary, standby = pair
    table = f"t{uuid.uuid4().hex}"

    async def main() -> None:
        with pytest.raises(StorageError):
            await store(standby.url, table).start()
        storage = store(both(standby, primary), table)
        await storage.start()
        await storage.commit({}, {"a": b""}, {})
        await storage.close()

    asyncio.run(main())
