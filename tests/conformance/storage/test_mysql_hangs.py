"""A MySQL that hangs keeps nobody waiting: each question has its time, and what was lost is told honestly."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import CommitUnknown, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Storage
from strongroom.storage.mysql import MysqlStorage, login_of
from strongroom.storage.mysql.writer import Writer
from tests import stopping
from tests.conformance.storage.outages import back, keeps_nobody_waiting
from tests.conformance.storage.processes import Link, worker
from tests.sim.mariadb import ROOT, ROOT_PASSWORD, Mariadb
from tests.sim.silent_proxy import SilentProxy

PATIENCE_S = 1.0
GENEROUS_S = 40.0
"""Within this the store has answered, on however busy a machine; without a bound it never would."""


def store(port: int, database: str, patience_s: float = PATIENCE_S) -> MysqlStorage:
    """A store that is given little time."""
    login = login_of(f"127.0.0.1:{port}", ROOT, ROOT_PASSWORD, None, plaintext=False)
    return MysqlStorage(login, database, "strongroom", SystemClock(), SystemRandom(), patience_s=patience_s)


def through_proxy(server: Mariadb, scenario: Callable[[MysqlStorage, SilentProxy], Awaitable[None]]) -> None:
    """Run a scenario on a store whose network can fall silent."""

    async def main() -> None:
        async with SilentProxy(server.port) as proxy:
            storage = store(proxy.port, f"d{uuid.uuid4().hex}")
            await storage.start()
            try:
                async with asyncio.timeout(GENEROUS_S * 2):
                    await scenario(storage, proxy)
            finally:
                proxy.speak()
                await storage.close()

    asyncio.run(main())


def test_nobody_waits_for_a_mysql_that_hangs(durable_mariadb: Mariadb) -> None:
    """All questions at once, more than there are connections, are errors of the store; later it works by itself."""

    async def scenario(storage: MysqlStorage, proxy: SilentProxy) -> None:
        await storage.commit({}, {"a": b"1"}, {})
        await asyncio.gather(*(storage.get("a") for _ in range(8)))
        proxy.fall_silent()
        calls: list[Awaitable[object]] = [storage.get("a") for _ in range(40)]
        calls += [storage.commit({}, {f"b/{number}": b""}, {}) for number in range(40)]
        calls += [storage.synced() for _ in range(10)]
        async with asyncio.timeout(GENEROUS_S):
            answers = await asyncio.gather(*calls, storage.list("b/"), return_exceptions=True)
        assert all(isinstance(answer, StorageError) for answer in answers), answers
        proxy.speak()
        await back(storage)
        entry = await storage.get("a")
        assert entry is not None and entry.value == b"1"

    through_proxy(durable_mariadb, scenario)


@pytest.mark.parametrize("arrives", ["late", "at once"])
def test_a_commit_in_mysql_that_hangs_is_unknown(durable_mariadb: Mariadb, arrives: str) -> None:
    """Whether the COMMIT arrived nobody knows: it isn't told as failed, and the feed says later what became of it."""

    async def scenario(storage: MysqlStorage, proxy: SilentProxy) -> None:
        await storage.commit({}, {"a": b"1"}, {})
        proxy.fall_silent_at(b"COMMIT", passes_on=arrives == "at once")
        with pytest.raises(CommitUnknown) as unknown:
            await storage.commit({}, {"b": b"1"}, {})
        proxy.speak()
        await back(storage)
        async with storage.exclusive(GENEROUS_S):
            took_place = await storage.committed(unknown.value.revision_id)
            assert (await storage.get("b") is not None) is took_place
        assert took_place or arrives == "late"

    through_proxy(durable_mariadb, scenario)


def test_what_hangs_before_the_commit_to_mysql_was_not_written(durable_mariadb: Mariadb) -> None:
    """Then it is told as failed, and it is."""

    async def scenario(storage: MysqlStorage, proxy: SilentProxy) -> None:
        await storage.commit({}, {"a": b"1"}, {})
        proxy.fall_silent_at(b"FOR UPDATE", passes_on=True)
        with pytest.raises(StorageError) as failed:
            await storage.commit({}, {"b": b"1"}, {})
        assert not isinstance(failed.value, CommitUnknown)
        assert "no answer within" in failed.value.detail
        proxy.speak()
        await back(storage)
        assert await storage.get("b") is None

    through_proxy(durable_mariadb, scenario)


def test_holding_off_others_ends_when_mysql_hangs(durable_mariadb: Mariadb) -> None:
    """Inside and before the hold: both are errors of the store."""

    async def scenario(storage: MysqlStorage, proxy: SilentProxy) -> None:
        with pytest.raises(StorageError):
            async with storage.exclusive(1.0) as committer:
                proxy.fall_silent()
                await committer.commit({}, {"a": b"1"}, {})
        with pytest.raises(StorageError):
            async with storage.exclusive(1.0):
                pass
        proxy.speak()
        await back(storage)

    through_proxy(durable_mariadb, scenario)


async def test_a_mysql_that_accepts_and_never_answers_is_an_error() -> None:
    """Opening a store on it ends with an error, as does connecting to an address that answers nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as nobody:
        async with asyncio.timeout(GENEROUS_S):
            with pytest.raises(StorageError):
                await store(nobody.getsockname()[1], "d").start()


async def test_a_mysql_that_is_stopped_keeps_nobody_waiting(durable_mariadb: Mariadb) -> None:
    """A server that SIGSTOP holds is an error; when it goes on, so does the store."""
    storage = store(durable_mariadb.port, f"d{uuid.uuid4().hex}")
    await storage.start()
    made = await storage.commit({}, {"a": b"1"}, {})
    assert durable_mariadb.program is not None
    await keeps_nobody_waiting(storage, durable_mariadb.program.pid)
    assert (await storage.synced()).number > made.number
    await storage.close()


async def stop_in_a_commit(storage: Storage, link: Link) -> None:
    """Take the lock of the head's row, say so, and wait."""
    assert isinstance(storage, MysqlStorage)
    line, _ = await storage._connections.open(writes=True)
    writer = storage._parts.writer
    assert isinstance(writer, Writer)
    begin = writer._attempts._begin
    await line.run(lambda session: session.ask(begin))
    link.send(os.getpid())
    with contextlib.suppress(TimeoutError):
        await link.receive()


async def test_a_node_that_stops_in_the_midst_of_a_commit_loses_it(durable_mariadb: Mariadb) -> None:
    """The others' commits fail for a bounded time; then the server ends the stopped one's transaction."""
    database = f"d{uuid.uuid4().hex}"
    storage = store(durable_mariadb.port, database)
    await storage.start()
    with worker(partial(store, durable_mariadb.port, database), stop_in_a_commit) as other:
        pid = await other.link.receive()
        stopping.stop(pid)
        with pytest.raises(StorageError):
            await storage.commit({}, {"a": b""}, {})
        assert await storage.get("a") is None
        await back(storage)
        other.kill()
    await storage.close()
