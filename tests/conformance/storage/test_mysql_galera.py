"""Two processes on two servers of a Galera cluster: nothing is lost, and nobody reads what is old."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterator

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import Conflict, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Add, Revision
from strongroom.storage.mysql import MysqlStorage, login_of
from tests.sim.mariadb import ROOT, ROOT_PASSWORD, Mariadb, galera

ROUNDS = 40


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Mariadb, Mariadb]]:
    """Two servers."""
    with galera.run() as servers:
        yield servers


def pair(cluster: tuple[Mariadb, Mariadb]) -> tuple[MysqlStorage, MysqlStorage]:
    """A store on each server, of one database."""
    database = f"d{uuid.uuid4().hex}"

    def store(server: Mariadb) -> MysqlStorage:
        login = login_of(f"127.0.0.1:{server.port}", ROOT, ROOT_PASSWORD, None, plaintext=False)
        return MysqlStorage(login, database, "strongroom", SystemClock(), SystemRandom())

    one, two = cluster
    return store(one), store(two)


async def test_a_commit_at_one_server_is_seen_at_the_other(cluster: tuple[Mariadb, Mariadb]) -> None:
    """At once, by the first look, in both directions."""
    one, two = pair(cluster)
    await one.start()
    await two.start()
    for number in range(100):
        writer, reader = (one, two) if number % 2 else (two, one)
        made = await writer.commit({}, {"a": b"%d" % number}, {})
        assert await reader.synced() == made
        entry = await reader.get("a")
        assert entry is not None and (entry.value, entry.revision) == (b"%d" % number, made.number)
    await one.close()
    await two.close()


async def test_commits_at_both_servers_have_one_order(cluster: tuple[Mariadb, Mariadb]) -> None:
    """Each acknowledged commit has a number of its own, is in the feed, and its counter and row count it."""
    one, two = pair(cluster)
    await one.start()
    await two.start()
    made: list[Revision] = []

    async def add(storage: MysqlStorage) -> None:
        while len(made) < 4 * ROUNDS:
            entry = await storage.get("sum")
            value, seen = (int(entry.value), entry.revision) if entry else (0, 0)
            try:
                revision = await storage.commit({"sum": seen}, {"sum": b"%d" % (value + 1)}, {"adds": Add(1, 0, 10**6)})
            except Conflict:
                continue
            made.append(revision)

    async def count(storage: MysqlStorage) -> None:
        for _ in range(ROUNDS):
            made.append(await storage.commit({}, {}, {"counted": Add(1, 0, 10**6)}))

    await asyncio.gather(*(work(storage) for storage in (one, two) for work in (add, count)))
    assert [number for number, times in Counter(revision.number for revision in made).items() if times > 1] == []
    assert (await two.synced()).number == len(made)
    entries = (await one.get_many(["sum", "adds", "counted"])).entries
    assert entries["sum"].value == entries["adds"].value == b"%d" % (len(made) - 2 * ROUNDS)
    assert entries["counted"].value == b"%d" % (2 * ROUNDS)
    for revision in made:
        assert await two.committed(revision.id)
    await one.close()
    await two.close()


async def test_holds_and_roles_are_known_at_both_servers(cluster: tuple[Mariadb, Mariadb]) -> None:
    """A lock of one server would not be; a mark in a row is."""
    one, two = pair(cluster)
    await one.start()
    await two.start()
    assert await one.lock("expiry", "one", 30.0) is not None
    assert await two.lock("expiry", "two", 30.0) is None
    async with one.exclusive(5.0) as committer:
        waiting = asyncio.create_task(two.commit({}, {"later": b""}, {}))
        with pytest.raises(StorageError):
            async with two.exclusive(0.1):
                pass
        made = await committer.commit({}, {"inside": b""}, {})
        assert not waiting.done()
    assert (await waiting).number == made.number + 1
    await one.close()
    await two.close()
