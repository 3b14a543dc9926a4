"""A PostgreSQL that hangs keeps nobody waiting: each question has its time, and what was lost is told honestly."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import CommitUnknown, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.postgresql import PostgresqlStorage
from tests.conformance.postgres import PostgresqlServer
from tests.conformance.storage.outages import back
from tests.sim.silent_proxy import SilentProxy

PATIENCE_S = 1.0
GENEROUS_S = 40.0
"""Within this the store has answered, on however busy a machine; without a bound it never would."""


def through_proxy(
    server: PostgresqlServer, scenario: Callable[[PostgresqlStorage, SilentProxy], Awaitable[None]]
) -> None:
    """Run a scenario on a store whose network can fall silent."""

    async def main() -> None:
        async with SilentProxy(server.port) as proxy:
            url = server.url.replace(f":{server.port}/", f":{proxy.port}/") + "?sslmode=disable"
            table = f"t{uuid.uuid4().hex}"
            storage = PostgresqlStorage(url, table, SystemClock(), SystemRandom(), patience_s=PATIENCE_S)
            await storage.start()
            try:
                async with asyncio.timeout(GENEROUS_S * 2):
                    await scenario(storage, proxy)
            finally:
                proxy.speak()
                await storage.close()

    asyncio.run(main())


def test_nobody_waits_for_a_database_that_hangs(postgresql_server: PostgresqlServer) -> None:
    """All questions at once, more than there are connections, are errors of the store; later it works by itself."""

    async def scenario(storage: PostgresqlStorage, proxy: SilentProxy) -> None:
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

    through_proxy(postgresql_server, scenario)


@pytest.mark.parametrize("arrives", ["late", "at once"])
def test_a_commit_that_hangs_is_unknown(postgresql_server: PostgresqlServer, arrives: str) -> None:
    """Whether the COMMIT arrived nobody knows: it isn't told as failed, and the feed says later what became of it."""

    async def scenario(storage: PostgresqlStorage, proxy: SilentProxy) -> None:
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

    through_proxy(postgresql_server, scenario)


def test_what_hangs_before_the_commit_was_not_written(postgresql_server: PostgresqlServer) -> None:
    """Then it is told as failed, and it is."""

    async def scenario(storage: PostgresqlStorage, proxy: SilentProxy) -> None:
        await storage.commit({}, {"a": b"1"}, {})
        proxy.fall_silent_at(b"FOR UPDATE", passes_on=True)
        with pytest.raises(StorageError) as failed:
            await storage.commit({}, {"b": b"1"}, {})
        assert not isinstance(failed.value, CommitUnknown)
        assert "no answer within" in failed.value.detail
        proxy.speak()
        await back(storage)
        assert await storage.get("b") is None

    through_proxy(postgresql_server, scenario)


def test_holding_off_others_ends_when_the_database_hangs(postgresql_server: PostgresqlServer) -> None:
    """Inside and before the hold: both are errors of the store."""

    async def scenario(storage: PostgresqlStorage, proxy: SilentProxy) -> None:
        with pytest.raises(StorageError):
            async with storage.exclusive(1.0) as committer:
                proxy.fall_silent()
                await committer.commit({}, {"a": b"1"}, {})
        with pytest.raises(StorageError):
            async with storage.exclusive(1.0):
                pass
        proxy.speak()
        await back(storage)

    through_proxy(postgresql_server, scenario)


def test_a_server_that_accepts_and_never_answers_is_an_error(postgresql_server: PostgresqlServer) -> None:
    """Opening a store on it ends with an error, as does connecting to an address that answers nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as nobody:
        url = postgresql_server.url.replace(f":{postgresql_server.port}/", f":{nobody.getsockname()[1]}/")
        storage = PostgresqlStorage(url, "t", SystemClock(), SystemRandom(), patience_s=PATIENCE_S)

        async def main() -> None:
            async with asyncio.timeout(GENEROUS_S):
                await storage.start()

        with pytest.raises(StorageError):
            asyncio.run(main())


async def test_a_head_that_another_holds_is_an_error_of_the_store(postgresql_server: PostgresqlServer) -> None:
    """A node that was stopped in the middle of a commit keeps the others waiting for a bounded time."""
    table = f"t{uuid.uuid4().hex}"
    url = postgresql_server.url
    storage = PostgresqlStorage(url, table, SystemClock(), SystemRandom(), patience_s=PATIENCE_S)
    await storage.start()
    with psycopg.connect(url) as stopped:
        stopped.execute(f"SELECT number FROM {table}_head FOR UPDATE".encode())
        async with asyncio.timeout(GENEROUS_S):
            with pytest.raises(StorageError):
                await storage.commit({}, {"a": b""}, {})
            assert await storage.get("a") is None
        stopped.rollback()
    await storage.commit({}, {"a": b""}, {})
    await storage.close()


async def test_a_server_that_takes_no_writes_is_left_for_another(postgresql_server: PostgresqlServer) -> None:
    """It is an error of the store for reads too, as of a standby; connections to it are given up."""
    url = postgresql_server.url
    storage = PostgresqlStorage(url, f"t{uuid.uuid4().hex}", SystemClock(), SystemRandom(), patience_s=PATIENCE_S)
    await storage.start()
    await storage.commit({}, {"a": b""}, {})
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        other.execute("SELECT pg_reload_conf()")
        try:
            async with asyncio.timeout(GENEROUS_S):
                while True:
                    try:
                        await storage.synced()
                    except StorageError:
                        break
                with pytest.raises(StorageError):
                    await storage.commit({}, {"a": b"1"}, {})
        finally:
            other.execute("SET default_transaction_read_only = off")
            other.execute("ALTER SYSTEM RESET default_transaction_read_only")
            other.execute("SELECT pg_reload_conf()")
    await back(storage)
    await storage.close()
