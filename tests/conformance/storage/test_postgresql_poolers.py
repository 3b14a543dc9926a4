"""A pooler before PostgreSQL: nothing of a transaction stays in a shared session, and no guarantee is lost.

The contract suite runs through poolers as well: `session_pooler` and `transaction_pooler` in `conftest.py`.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator

import psycopg
import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Add
from strongroom.storage.postgresql import PostgresqlStorage
from strongroom.storage.postgresql.pooler import STATEMENT_MODE
from tests.conformance.pgbouncer import require_pgbouncer, running_pgbouncer
from tests.conformance.postgres import PostgresqlServer

GENEROUS_S = 40.0


@pytest.fixture(scope="module")
def narrow_pooler(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """A pooler that has two sessions for everybody, so that what one leaves behind the next one finds."""
    require_pgbouncer()
    with running_pgbouncer(postgresql_server, "transaction", 2) as url:
        yield url


def store(url: str, table: str | None = None, patience_s: float = 5.0) -> PostgresqlStorage:
    """A store on tables of its own, or on named ones."""
    name = table or f"t{uuid.uuid4().hex}"
    return PostgresqlStorage(url, name, SystemClock(), SystemRandom(), patience_s=patience_s)


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last statement."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_statement_mode_is_refused_by_name(postgresql_server: PostgresqlServer) -> None:
    """The error at the start says what the mode is called, and what to set instead."""
    require_pgbouncer()
    with running_pgbouncer(postgresql_server, "statement") as url, pytest.raises(StorageError) as caught:
        asyncio.run(store(url).start())
    assert caught.value.text == STATEMENT_MODE


def test_a_shared_session_is_left_as_it_was(narrow_pooler: str) -> None:
    """No setting, prepared statement or lock stays in a session that the next client gets."""

    async def main() -> None:
        storage = store(narrow_pooler)
        await storage.start()
        for number in range(12):  # more often than psycopg asks before it prepares a statement
            await storage.commit({}, {"a": b"%d" % number}, {})
            await storage.get("a")
            await storage.list("")
        async with storage.exclusive(5.0):
            await storage.get("a")
        await storage.close()

    asyncio.run(main())
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert execute(narrow_pooler, f"SHOW {name}") == [("0",)]
    assert execute(narrow_pooler, "SELECT name FROM pg_prepared_statements") == []
    assert execute(narrow_pooler, "SELECT pid FROM pg_locks WHERE locktype = 'advisory'") == []


@pytest.mark.parametrize("given", ["search_path=elsewhere", "role=somebody", "jit=off"])
def test_settings_that_a_pooler_loses_are_refused(narrow_pooler: str, given: str) -> None:
    """The next transaction would run without them; the error names the setting and where to put it."""
    with pytest.raises(StorageError) as caught:
        asyncio.run(store(f"{narrow_pooler}?{given}").start())
    name = given.partition("=")[0]
    assert f"sets {name}" in caught.value.text
    assert "ALTER ROLE" in caught.value.text


@pytest.mark.parametrize("pooled", [False, True], ids=["direct", "pooled"])
def test_settings_hold_in_each_commit(postgresql_server: PostgresqlServer, narrow_pooler: str, pooled: bool) -> None:
    """Durability, isolation and time limits, as a trigger in the commit's own transaction sees them."""
    table = f"t{uuid.uuid4().hex}"
    names = ("synchronous_commit", "transaction_isolation", "statement_timeout", "lock_timeout")
    seen = ", ".join(f"current_setting('{name}') AS {name}" for name in names)

    async def main() -> None:
        url = narrow_pooler if pooled else postgresql_server.url
        storage = store(f"{url}?lock_timeout=1234", table)
        await storage.start()
        try:
            execute(
                postgresql_server.url,
                "ALTER ROLE root_of_tests SET synchronous_commit = off",
                "ALTER ROLE root_of_tests SET default_transaction_isolation = 'serializable'",
                f"CREATE TABLE {table}_seen AS SELECT {seen} WHERE false",
                f"CREATE FUNCTION {table}_note() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$BEGIN INSERT INTO {table}_seen SELECT {seen}; RETURN new; END$$",
                f"CREATE TRIGGER note BEFORE UPDATE ON {table}_head FOR EACH ROW EXECUTE FUNCTION {table}_note()",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND application_name IN ('strongroom', '')",
            )
            async with asyncio.timeout(GENEROUS_S):
                while True:
                    try:
                        await storage.commit({}, {"a": b"1"}, {})
                        break
                    except StorageError:  # the pooler finds out only now
                        continue
                async with storage.exclusive(5.0) as committer:
                    await committer.commit({}, {"a": b"2"}, {})
        finally:
            await storage.close()
            execute(postgresql_server.url, "ALTER ROLE root_of_tests RESET ALL")

    asyncio.run(main())
    assert set(execute(postgresql_server.url, f"SELECT * FROM {table}_seen")) == {
        ("on", "read committed", "20s", "1234ms")
    }


def test_direct_and_pooled_nodes_count_together(postgresql_server: PostgresqlServer, narrow_pooler: str) -> None:
    """They share the locks: no increment is lost, and a hold of one keeps the other waiting."""
    table = f"t{uuid.uuid4().hex}"

    async def main() -> None:
        stores = [store(url, table) for url in (postgresql_server.url, narrow_pooler)]
        for storage in stores:
            await storage.start()
        try:
            adds = {"n": Add(1, 0, 1000)}
            await asyncio.gather(*(stores[number % 2].commit({}, {}, adds) for number in range(60)))
            entry = await stores[0].get("n")
            assert entry is not None and entry.value == b"60"
            for one, other in (stores, reversed(stores)):
                async with one.exclusive(5.0) as committer:
                    waiting = asyncio.create_task(other.commit({}, {"late": b""}, {}))
                    made = await committer.commit({}, {"early": b""}, {})
                    assert await one.synced() == made
                    assert not waiting.done()
                assert (await waiting).number == made.number + 1
        finally:
            for storage in stores:
                await storage.close()

    asyncio.run(main())


@pytest.mark.parametrize("pooled", [False, True], ids=["direct", "pooled"])
def test_a_lost_hold_commits_nothing(postgresql_server: PostgresqlServer, narrow_pooler: str, pooled: bool) -> None:
    """When the connection of the hold dies, others may commit: the holder's next commit is refused."""

    async def main() -> None:
        storage = store(narrow_pooler if pooled else postgresql_server.url)
        await storage.start()
        try:
            holders = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
            async with storage.exclusive(5.0) as committer:
                await committer.commit({}, {"a": b"1"}, {})
                assert await asyncio.to_thread(execute, postgresql_server.url, holders) == [(True,)]
                other = await storage.commit({}, {"b": b"1"}, {})
                with pytest.raises(StorageError) as refused:
                    await committer.commit({}, {"a": b"2"}, {})
            assert "hold" in refused.value.text
            assert await storage.synced() == other
        finally:
            await storage.close()

    asyncio.run(main())


def test_a_hold_outlives_the_limit_of_idle_transactions(narrow_pooler: str) -> None:
    """It shows a sign of life now and then; a process that is stopped shows none, and loses it."""

    async def main() -> None:
        storage = store(narrow_pooler, patience_s=1.0)
        await storage.start()
        try:
            async with storage.exclusive(5.0) as committer:
                made = await committer.commit({}, {"a": b"1"}, {})
                began, now = await storage.now(), 0.0
                while now < began + 3.0:  # idle transactions are ended after two seconds
                    await storage.synced()
                    await asyncio.sleep(0.1)
                    now = await storage.now()
                assert (await committer.commit({}, {"a": b"2"}, {})).number == made.number + 1
        finally:
            await storage.close()

    asyncio.run(main())


def test_a_pooler_that_restarts_is_found_again(postgresql_server: PostgresqlServer) -> None:
    """Kept connections are dead then; the store makes others."""
    require_pgbouncer()

    async def main() -> None:
        with running_pgbouncer(postgresql_server, "transaction") as url:
            port = int(url.rpartition(":")[2].partition("/")[0])
            storage = store(url)
            await storage.start()
            made = await storage.commit({}, {"a": b"1"}, {})
        with pytest.raises(StorageError):
            await storage.synced()
        with running_pgbouncer(postgresql_server, "transaction", port=port):
            assert await storage.synced() == made
            await storage.commit({}, {"a": b"2"}, {})
            await storage.close()

    asyncio.run(main())
