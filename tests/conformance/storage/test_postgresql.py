"""What is particular to the PostgreSQL store: lost connections, unknown outcomes, set-up errors, the password."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import CommitUnknown, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.postgresql import PostgresqlStorage
from tests.conformance.postgres import PostgresqlServer
from tests.sim.cutting_proxy import CuttingProxy


def store(url: str, table: str | None = None) -> PostgresqlStorage:
    """A store on tables of its own, or on named ones."""
    return PostgresqlStorage(url, table or f"t{uuid.uuid4().hex}", SystemClock(), SystemRandom())


def refusal(url: str, table: str | None = None) -> StorageError:
    """The error that opening a store gives."""
    with pytest.raises(StorageError) as caught:
        asyncio.run(store(url, table).start())
    return caught.value


def execute(server: PostgresqlServer, *statements: str) -> None:
    """Run statements as the superuser."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def set_and_reload(server: PostgresqlServer, setting: str) -> None:
    """Change a setting of the running server."""
    execute(server, f"ALTER SYSTEM {setting}", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.2)")


def through_proxy(
    server: PostgresqlServer, scenario: Callable[[PostgresqlStorage, CuttingProxy], Awaitable[None]]
) -> None:
    """Run a scenario on a store whose connections can be cut."""

    async def main() -> None:
        async with CuttingProxy(server.port) as proxy:
            url = server.url.replace(f":{server.port}/", f":{proxy.port}/") + "?sslmode=disable"
            storage = store(url)
            await storage.start()
            try:
                await scenario(storage, proxy)
            finally:
                await storage.close()

    asyncio.run(main())


@pytest.mark.parametrize("took_place", [False, True])
def test_a_commit_whose_connection_dies_is_unknown(postgresql_server: PostgresqlServer, took_place: bool) -> None:
    """When the connection dies during COMMIT, all of the batch are told their ids, by which the feed settles it."""

    async def scenario(storage: PostgresqlStorage, proxy: CuttingProxy) -> None:
        await storage.commit({}, {"a": b"1"}, {})
        proxy.cut_at(b"COMMIT", passes_on=took_place)
        answers = await asyncio.gather(
            *(storage.commit({}, {f"k/{n}": b""}, {}) for n in range(3)), return_exceptions=True
        )
        assert proxy.cuts == 1
        unknown = [answer for answer in answers if isinstance(answer, CommitUnknown)]
        assert len({answer.revision_id for answer in unknown}) == 3
        async with storage.exclusive(5.0):
            for answer in unknown:
                assert await storage.committed(answer.revision_id) is took_place
            assert len((await storage.list("k/")).names) == (3 if took_place else 0)
        made = await storage.commit({}, {"b": b""}, {})
        assert made.number == (5 if took_place else 2)

    through_proxy(postgresql_server, scenario)


async def test_a_commit_that_no_standby_confirmed_is_unknown(postgresql_server: PostgresqlServer) -> None:
    """When the wait for a synchronous standby is broken off, the server says COMMIT, and the store does not."""
    cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

    storage = store(postgresql_server.url)
    await storage.start()
    await asyncio.to_thread(set_and_reload, postgresql_server, "SET synchronous_standby_names = 'nobody'")
    try:
        waiting = asyncio.create_task(storage.commit({}, {"a": b""}, {}))
        while not waiting.done():
            await asyncio.sleep(0.1)
            await asyncio.to_thread(execute, postgresql_server, cancel)
        with pytest.raises(CommitUnknown):
            await waiting
    finally:
        await asyncio.to_thread(set_and_reload, postgresql_server, "RESET synchronous_standby_names")
    await storage.commit({}, {"b": b""}, {})
    await storage.close()


def test_a_connection_lost_before_the_commit_is_replaced(postgresql_server: PostgresqlServer) -> None:
    """A connection that dies before COMMIT was sent, or during a read, costs no more than the time for a new one."""

    async def scenario(storage: PostgresqlStorage, proxy: CuttingProxy) -> None:
        await storage.commit({}, {"a": b"1"}, {})
        proxy.cut_at(b"FOR UPDATE", passes_on=True)
        made = await storage.commit({"a": 1}, {"a": b"2"}, {})
        assert (proxy.cuts, made.number) == (1, 2)
        await storage.get("a")
        proxy.cut_at(b"\0", passes_on=True)
        entry = await storage.get("a")
        assert entry is not None and entry.value == b"2"
        assert proxy.cuts == 2

    through_proxy(postgresql_server, scenario)


async def test_reads_go_on_after_a_restart_of_the_server(postgresql_server: PostgresqlServer) -> None:
    """A crash and restart of the server loses nothing that was acknowledged, and the store reconnects by itself."""
    storage = store(postgresql_server.url)
    await storage.start()
    made = await storage.commit({}, {"a": b"1"}, {})
    await asyncio.to_thread(postgresql_server.stop, "immediate")
    with pytest.raises(StorageError):
        await storage.synced()
    with pytest.raises(StorageError):
        await storage.commit({}, {"a": b"2"}, {})
    await asyncio.to_thread(postgresql_server.start)
    assert await storage.synced() == made
    assert (await storage.commit({"a": made.number}, {"a": b"3"}, {})).number == 2
    await storage.close()


def test_tables_that_vanish_are_a_failure_of_the_store(postgresql_server: PostgresqlServer) -> None:
    """On kept connections too, where a query fails and the connection doesn't; with the tables back all goes on."""
    table = f"t{uuid.uuid4().hex}"
    storage = store(postgresql_server.url, table)

    async def main() -> None:
        await storage.start()
        try:
            await storage.commit({}, {"a": b"1"}, {})
            execute(postgresql_server, *(f"ALTER TABLE {table}{part} RENAME TO {table}{part}_x" for part in parts))
            for call in (storage.synced(), storage.get("a"), storage.scan(""), storage.commit({}, {"a": b"2"}, {})):
                with pytest.raises(StorageError):
                    await call
            execute(postgresql_server, *(f"ALTER TABLE {table}{part}_x RENAME TO {table}{part}" for part in parts))
            assert (entry := await storage.get("a")) is not None and entry.value == b"1"
            await storage.commit({}, {"a": b"3"}, {})
        finally:
            await storage.close()

    parts = ("", "_feed", "_head")
    asyncio.run(main())


def test_the_password_is_never_shown(postgresql_server: PostgresqlServer) -> None:
    """Neither a malformed URL, nor a server that isn't there, nor a wrong password puts it into an error."""
    password = postgresql_server.password
    wrong = postgresql_server.url.replace(password, "wrong" + password)
    absent = postgresql_server.url.replace(f":{postgresql_server.port}/", ":1/")
    for url in (wrong, absent):
        error = refusal(url)
        shown = f"{error!r} {error.detail} {error.__cause__!r} {store(url)!r}"
        assert password not in shown
    with pytest.raises(StorageError) as caught:
        store(postgresql_server.url + "?nonsense=1")
    assert password not in f"{caught.value!r} {caught.value.detail}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_user_without_privileges_is_told(postgresql_server: PostgresqlServer) -> None:
    """A user who may not create tables, or not write to them, gets an error that says so."""
    execute(
        postgresql_server,
        "CREATE ROLE weak LOGIN PASSWORD 'weak'",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    )
    weak = f"postgresql://weak:weak@127.0.0.1:{postgresql_server.port}/postgres"
    assert "privilege" in refusal(weak).text
    asyncio.run(open_and_close(store(postgresql_server.url, "readable")))
    execute(postgresql_server, *(f"GRANT SELECT ON readable{end} TO weak" for end in ("", "_feed", "_head")))
    assert 'may not INSERT in "readable"' in refusal(weak, "readable").text


async def open_and_close(storage: PostgresqlStorage) -> None:
    """Create the tables."""
    await storage.start()
    await storage.close()


def test_a_table_of_another_program_is_refused(postgresql_server: PostgresqlServer) -> None:
    """A table of the configured name that isn't ours is left alone."""
    execute(postgresql_server, "CREATE TABLE theirs (path text)")
    assert "another program" in refusal(postgresql_server.url, "theirs").text


def test_a_newer_schema_is_refused(postgresql_server: PostgresqlServer) -> None:
    """Tables that a newer version made are left alone."""
    asyncio.run(open_and_close(store(postgresql_server.url, "newer")))
    execute(postgresql_server, "UPDATE newer_head SET schema_version = 99")
    assert "newer" in refusal(postgresql_server.url, "newer").text


def test_a_schema_can_be_named(postgresql_server: PostgresqlServer) -> None:
    """`schema.table` puts the tables there."""
    execute(postgresql_server, "CREATE SCHEMA vault")
    asyncio.run(open_and_close(store(postgresql_server.url, "vault.kv")))
    execute(postgresql_server, "SELECT key FROM vault.kv")


@pytest.mark.parametrize("table", ["", "a;b", 'a"b', "a.b.c", "1a", "x" * 60])
def test_a_table_name_that_needs_care_is_refused(table: str) -> None:
    """The name is plain, so that nothing else can be put into a query with it."""
    with pytest.raises(StorageError):
        PostgresqlStorage("postgresql://", table, SystemClock(), SystemRandom())


def test_commits_are_durable_whatever_the_settings(postgresql_server: PostgresqlServer) -> None:
    """A session that would commit asynchronously is set right; a server without fsync is refused."""

    async def main() -> None:
        storage = store(postgresql_server.url + "?options=-c%20synchronous_commit%3Doff")
        await storage.start()
        connection = await storage._connections.connect()
        cursor = await connection.execute("SHOW synchronous_commit")
        assert await cursor.fetchone() == ("on",)
        await connection.close()
        await storage.close()

    asyncio.run(main())
    set_and_reload(postgresql_server, "SET fsync = off")
    try:
        assert "fsync" in refusal(postgresql_server.url).text
    finally:
        set_and_reload(postgresql_server, "RESET fsync")


def test_the_missing_driver_is_named() -> None:
    """Without psycopg the error names it and the command that installs it."""
    program = "import sys; sys.modules['psycopg'] = None; import strongroom.storage.postgresql"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{sys.executable} -m pip install 'psycopg[binary]>=" in done.stderr
