"""What is particular to the MySQL store: lost connections, unknown outcomes, set-up errors, the password, keys."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterator

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import CommitUnknown, InvalidRequest, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Storage
from strongroom.storage.keys import KEY_BYTES
from strongroom.storage.mysql import Login, LoginError, MysqlStorage, login_of
from tests.sim.cutting_proxy import CuttingProxy
from tests.sim.mariadb import ROOT, ROOT_PASSWORD, Mariadb


def login(port: int, user: str = ROOT, password: str = ROOT_PASSWORD) -> Login:
    """A login at the loopback interface."""
    return login_of(f"127.0.0.1:{port}", user, password, None, plaintext=False)


def store(where: Login, database: str | None = None, table: str = "strongroom") -> MysqlStorage:
    """A store in a database of its own, or in a named one."""
    return MysqlStorage(where, database or f"d{uuid.uuid4().hex}", table, SystemClock(), SystemRandom())


def on(storage: Storage, scenario: Callable[[], Awaitable[None]]) -> None:
    """Run a scenario while a store is open."""

    async def main() -> None:
        await storage.start()
        try:
            await scenario()
        finally:
            await storage.close()

    asyncio.run(main())


async def nothing() -> None:
    """A scenario that only opens the store."""


def refusal(storage: Storage) -> StorageError:
    """The error that opening a store gives."""
    with pytest.raises(StorageError) as caught:
        asyncio.run(storage.start())
    return caught.value


@contextlib.contextmanager
def setting(server: Mariadb, name: str, value: object) -> Iterator[None]:
    """A server with another setting, until the block ends."""
    ((before,),) = server.ask(f"SELECT @@global.{name}")
    server.ask(f"SET GLOBAL {name} = %s", value)
    try:
        yield
    finally:
        server.ask(f"SET GLOBAL {name} = %s", before)


def through_proxy(server: Mariadb, scenario: Callable[[MysqlStorage, CuttingProxy], Awaitable[None]]) -> None:
    """Run a scenario on a store whose connections can be cut."""

    async def main() -> None:
        async with CuttingProxy(server.port) as proxy:
            storage = store(login(proxy.port))
            await storage.start()
            try:
                await scenario(storage, proxy)
            finally:
                await storage.close()

    asyncio.run(main())


@pytest.mark.parametrize("took_place", [False, True])
def test_a_commit_in_mysql_whose_connection_dies_is_unknown(durable_mariadb: Mariadb, took_place: bool) -> None:
    """When the connection dies during COMMIT, all of the batch are told their ids, by which the feed settles it."""

    async def scenario(storage: MysqlStorage, proxy: CuttingProxy) -> None:
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

    through_proxy(durable_mariadb, scenario)


def test_a_connection_lost_before_the_commit_in_mysql_is_replaced(durable_mariadb: Mariadb) -> None:
    """A connection that dies before COMMIT was sent, or during a read, costs no more than the time for a new one."""

    async def scenario(storage: MysqlStorage, proxy: CuttingProxy) -> None:
        await storage.commit({}, {"a": b"1"}, {})
        proxy.cut_at(b"FOR UPDATE", passes_on=True)
        made = await storage.commit({"a": 1}, {"a": b"2"}, {})
        assert (proxy.cuts, made.number) == (1, 2)
        await storage.get("a")
        proxy.cut_at(b"SELECT value", passes_on=True)
        entry = await storage.get("a")
        assert entry is not None and entry.value == b"2"
        assert proxy.cuts == 2

    through_proxy(durable_mariadb, scenario)


def test_a_crash_of_the_server_loses_nothing_that_was_acknowledged(durable_mariadb: Mariadb) -> None:
    """It is killed and started again under commits; the store fails meanwhile, and comes back by itself."""
    storage = store(login(durable_mariadb.port))
    acknowledged: list[str] = []
    refused = asyncio.Event()

    async def write(name: str) -> None:
        for number in range(1_000_000):
            key = f"{name}/{number}"
            try:
                await storage.commit({}, {key: b""}, {})
            except StorageError:
                refused.set()
                return
            acknowledged.append(key)

    async def scenario() -> None:
        writers = [asyncio.create_task(write(f"w{n}")) for n in range(4)]
        while len(acknowledged) < 40:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(durable_mariadb.kill)
        await asyncio.wait_for(refused.wait(), 30)
        await asyncio.gather(*writers)
        with pytest.raises(StorageError):
            await storage.synced()
        await asyncio.to_thread(durable_mariadb.start)
        there = (await storage.get_many(acknowledged)).entries
        assert there.keys() == set(acknowledged)
        made = await storage.synced()
        # What was under way may have taken place.
        assert len(acknowledged) <= made.number <= len(acknowledged) + len(writers)
        assert (await storage.commit({}, {"after": b""}, {})).number == made.number + 1

    on(storage, scenario)


def test_keys_are_bytes(durable_mariadb: Mariadb) -> None:
    """Neither case nor accents nor spaces at the end fold, whatever the collation; the order is of code points."""
    database = f"d{uuid.uuid4().hex}"
    durable_mariadb.ask(f"CREATE DATABASE {database} CHARACTER SET latin1 COLLATE latin1_swedish_ci")
    keys = ["Foo", "foo", "foo ", "fóo", "ß", "ss", "\U0001f511", "\uffee", "a\\'b", 'a"b', "a`b", "a;b"]
    storage = store(login(durable_mariadb.port), database)

    async def scenario() -> None:
        await storage.commit(dict.fromkeys(keys, 0), {key: key.encode() for key in keys}, {})
        found = (await storage.get_many(keys)).entries
        assert {key: entry.value for key, entry in found.items()} == {key: key.encode() for key in keys}
        assert (await storage.list("")).names == sorted(keys)
        assert await storage.get("FOO") is None

    on(storage, scenario)


def test_the_longest_keys_and_values_fit(durable_mariadb: Mariadb) -> None:
    """A value of the limit with bytes of every kind comes back, at the longest key; one more byte is refused."""
    storage = store(login(durable_mariadb.port))

    async def scenario() -> None:
        key = "k" * KEY_BYTES
        value = bytes(range(256)) * (storage.limits.value_bytes // 256 + 1)
        value = value[: storage.limits.value_bytes]
        await storage.commit({}, {key: value}, {})
        entry = await storage.get(key)
        assert entry is not None and entry.value == value
        with pytest.raises(InvalidRequest, match=str(storage.limits.value_bytes)):
            await storage.commit({}, {key: value + b"1"}, {})
        many = {f"many/{number:04}": b"\0" * 8000 for number in range(storage.limits.keys)}
        made = await storage.commit({}, many, {})
        assert (await storage.scan("many/")).names == [name[5:] for name in sorted(many)]
        assert (await storage.get_many(many)).entries.keys() == many.keys()
        with pytest.raises(InvalidRequest, match="too many keys"):
            await storage.commit({"more": 0}, many, {})
        assert await storage.synced() == made

    assert storage.limits.value_bytes == 16 << 20
    on(storage, scenario)
    assert 8_000_000 < storage.limits.value_bytes < 8 << 20


def test_a_listing_seeks(durable_mariadb: Mariadb) -> None:
    """Names of folders with many keys, of folders with few and of keys come in one order; large folders are skipped."""
    storage = store(login(durable_mariadb.port))
    large, small = 5, 700

    async def reads() -> int:
        names = "('Handler_read_next', 'Handler_read_key')"
        rows = await asyncio.to_thread(durable_mariadb.ask, f"SHOW GLOBAL STATUS WHERE Variable_name IN {names}")
        return sum(int(value) for _, value in rows)

    async def scenario() -> None:
        for folder in range(large):
            await storage.commit({}, {f"d/large{folder}/{n:04}": b"" for n in range(4000)}, {})
        await storage.commit({}, {f"d/small{n:03}/x": b"" for n in range(small)}, {})
        await storage.commit({}, {f"d/z{n:03}": b"" for n in range(small)}, {})
        expected = [f"large{n}/" for n in range(large)] + [f"small{n:03}/" for n in range(small)]
        expected += [f"z{n:03}" for n in range(small)]
        before = await reads()
        assert (await storage.list("d/")).names == expected
        assert await reads() - before < 4000
        assert (await storage.list("d/", "large1/", 4)).names == expected[2:6]
        assert (await storage.list("d/", "small698/", 3)).names == expected[large + 699 : large + 702]
        assert (await storage.list("")).names == ["d/"]

    on(storage, scenario)


def test_tables_that_vanish_are_a_failure_of_the_mysql_store(durable_mariadb: Mariadb) -> None:
    """On kept connections too, where a query fails and the connection doesn't; with the tables back all goes on."""
    database = f"d{uuid.uuid4().hex}"
    storage = store(login(durable_mariadb.port), database)

    async def scenario() -> None:
        await storage.commit({}, {"a": b"1"}, {})
        for part in ("", "_feed", "_head"):
            durable_mariadb.ask(f"RENAME TABLE {database}.strongroom{part} TO {database}.x{part}")
        for call in (storage.synced(), storage.get("a"), storage.scan(""), storage.commit({}, {"a": b"2"}, {})):
            with pytest.raises(StorageError):
                await call
        for part in ("", "_feed", "_head"):
            durable_mariadb.ask(f"RENAME TABLE {database}.x{part} TO {database}.strongroom{part}")
        assert (entry := await storage.get("a")) is not None and entry.value == b"1"
        await storage.commit({}, {"a": b"3"}, {})
        durable_mariadb.ask(f"DELETE FROM {database}.strongroom_head")
        for call in (storage.synced(), storage.scan(""), storage.commit({}, {"a": b"4"}, {})):
            with pytest.raises(StorageError) as caught:
                await call
            assert "revision is gone" in caught.value.detail

    on(storage, scenario)


def test_a_hold_that_was_not_prolonged_is_worth_nothing(durable_mariadb: Mariadb) -> None:
    """A process that stops for longer than its hold lasts finds that others went on; its late commit is refused."""
    database = f"d{uuid.uuid4().hex}"
    one, two = store(login(durable_mariadb.port), database), store(login(durable_mariadb.port), database)

    async def scenario() -> None:
        await two.start()
        try:
            async with one.exclusive(5.0) as committer:
                await committer.commit({}, {"a": b"1"}, {})
                with pytest.raises(StorageError):
                    async with two.exclusive(0.1):
                        pass
                # As if its time had run out while the process stood still.
                durable_mariadb.ask(f"UPDATE {database}.strongroom_head SET hold_until = 0")
                async with two.exclusive(5.0) as other:
                    await other.commit({}, {"b": b"2"}, {})
                    with pytest.raises(StorageError, match="hold of the store has ended"):
                        await committer.commit({}, {"a": b"3"}, {})
            assert (await two.commit({}, {"c": b""}, {})).number == 3
        finally:
            await two.close()

    on(one, scenario)


def test_the_password_of_mysql_is_never_shown(durable_mariadb: Mariadb) -> None:
    """Neither a server that isn't there nor a wrong password puts it into an error, nor does an object's `repr`."""
    wrong = "wrong" + ROOT_PASSWORD
    for where in (login(durable_mariadb.port, password=wrong), login(1, password=wrong)):
        error = refusal(store(where))
        shown = f"{error!r} {error.detail} {error.__cause__!r} {where!r} {store(where)!r}"
        assert ROOT_PASSWORD not in shown
    assert "1045" in (refusal(store(login(durable_mariadb.port, password=wrong))).detail)


def test_a_mysql_user_without_privileges_is_told(durable_mariadb: Mariadb) -> None:
    """A user who may not create tables, or not write to them, gets an error that says so."""
    database = f"d{uuid.uuid4().hex}"
    on(store(login(durable_mariadb.port), database), nothing)
    durable_mariadb.ask("CREATE USER 'weak'@'%%' IDENTIFIED BY 'weak'")
    weak = login(durable_mariadb.port, "weak", "weak")
    try:
        assert "lacks a privilege" in refusal(store(weak)).text
        durable_mariadb.ask(f"GRANT SELECT ON {database}.* TO 'weak'@'%%'")
        assert f"may not INSERT in `{database}`.`strongroom`" in refusal(store(weak, database)).text
        durable_mariadb.ask(f"GRANT INSERT, UPDATE, DELETE ON {database}.* TO 'weak'@'%%'")
        on(store(weak, database), nothing)
    finally:
        durable_mariadb.ask("DROP USER 'weak'@'%%'")


def test_a_mysql_table_of_another_program_is_refused(durable_mariadb: Mariadb) -> None:
    """A table of the configured name that isn't ours is left alone: that of Vault, for one."""
    database = f"d{uuid.uuid4().hex}"
    durable_mariadb.ask(f"CREATE DATABASE {database}")
    durable_mariadb.ask(f"CREATE TABLE {database}.vault (vault_key varbinary(512), vault_value mediumblob)")
    assert "another program" in refusal(store(login(durable_mariadb.port), database, "vault")).text
    assert durable_mariadb.ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = %s", database) == [
        (1,)
    ]


def test_a_newer_schema_in_mysql_is_refused(durable_mariadb: Mariadb) -> None:
    """Tables that a newer version made are left alone."""
    database = f"d{uuid.uuid4().hex}"
    on(store(login(durable_mariadb.port), database), nothing)
    durable_mariadb.ask(f"UPDATE {database}.strongroom_head SET schema_version = 99")
    assert "newer" in refusal(store(login(durable_mariadb.port), database)).text


def test_two_nodes_may_make_the_tables_at_once(durable_mariadb: Mariadb) -> None:
    """Of nodes that start together on an empty server, none fails."""
    database = f"d{uuid.uuid4().hex}"
    stores = [store(login(durable_mariadb.port), database) for _ in range(4)]

    async def main() -> None:
        await asyncio.gather(*(each.start() for each in stores))
        made = [await each.commit({}, {"a": b""}, {}) for each in stores]
        assert [revision.number for revision in made] == [1, 2, 3, 4]
        await asyncio.gather(*(each.close() for each in stores))

    asyncio.run(main())


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("innodb_flush_log_at_trx_commit", 2, "innodb_flush_log_at_trx_commit = 1"),
        ("max_allowed_packet", 1 << 20, "max_allowed_packet"),
        ("read_only", 1, "read only"),
    ],
)
def test_a_server_that_would_lose_commits_is_refused(
    durable_mariadb: Mariadb, name: str, value: int, told: str
) -> None:
    """By each setting that makes the store unsafe, which the error names."""
    with setting(durable_mariadb, name, value):
        assert told in refusal(store(login(durable_mariadb.port))).text


def test_a_server_that_turns_read_only_serves_nothing(durable_mariadb: Mariadb) -> None:
    """As a primary does after a failover: its reads would be old.  Once it takes writes again, all goes on."""
    storage = store(login(durable_mariadb.port))

    async def scenario() -> None:
        made = await storage.commit({}, {"a": b""}, {})
        await storage.synced()
        with setting(durable_mariadb, "read_only", 1):
            # The user may write there, as the superuser may.
            with pytest.raises(StorageError, match="takes no writes"):
                await storage.commit({}, {"a": b"2"}, {})
            with pytest.raises(StorageError, match="takes no writes"):
                await storage.synced()
            with pytest.raises(StorageError):
                await storage.synced()
        assert await storage.synced() == made

    on(storage, scenario)


def test_the_clock_is_right_in_any_time_zone(durable_mariadb: Mariadb) -> None:
    """The hour that a change of daylight saving time repeats would otherwise be one and the same."""
    storage = store(login(durable_mariadb.port))

    async def scenario() -> None:
        assert abs(await storage.now() - SystemClock().now()) < 60

    with setting(durable_mariadb, "time_zone", "+05:45"):
        on(storage, scenario)


def test_the_next_server_is_tried(durable_mariadb: Mariadb) -> None:
    """Of several addresses the first that takes writes is used; one that isn't there costs no start."""
    address = f"127.0.0.1:1,{durable_mariadb.socket},127.0.0.1:{durable_mariadb.port}"
    where = login_of(address, ROOT, ROOT_PASSWORD, None, plaintext=False)
    on(store(where), nothing)


def test_tls_is_verified(durable_mariadb: Mariadb) -> None:
    """With an authority, the connection is encrypted and the server proves its name; without one, it must be near."""
    port = durable_mariadb.port
    right = login_of(f"localhost:{port}", ROOT, ROOT_PASSWORD, durable_mariadb.ca_pem, plaintext=False)
    storage = store(right)

    async def scenario() -> None:
        await storage.commit({}, {"a": b""}, {})
        users = durable_mariadb.ask("SHOW STATUS LIKE 'Ssl_accepts'")
        assert int(users[0][1]) > 0

    on(storage, scenario)
    other = login_of(f"127.0.0.1:{port}", ROOT, ROOT_PASSWORD, durable_mariadb.ca_pem, plaintext=False)
    assert "certificate" in refusal(store(other)).detail.lower()
    unknown = login_of(f"127.0.0.2.nip.invalid:{port}", ROOT, ROOT_PASSWORD, None, plaintext=False)
    assert unknown.tls is not None and unknown.tls.verify
    assert login_of(f"db.example.com:{port}", ROOT, "", None, plaintext=True).tls is None


@pytest.mark.parametrize("address", ["", "a b", "db:0", "db:70000", "db:x", "db:3306,", "unix(here)", "user@db"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """By a text that tells the form, before anything is asked of the network."""
    with pytest.raises(LoginError):
        login_of(address, "user", "", None, plaintext=False)


@pytest.mark.parametrize(
    ("database", "table"),
    [("d", ""), ("d", "a;b"), ("d", "a`b"), ("d", "a.b"), ("d", "x" * 60), ("a`b", "t"), ("", "t")],
)
def test_a_mysql_name_that_needs_care_is_refused(database: str, table: str) -> None:
    """The names are plain, so that nothing else can be put into a query with them."""
    with pytest.raises(StorageError):
        MysqlStorage(login(1), database, table, SystemClock(), SystemRandom())


def test_the_missing_client_of_mysql_is_named() -> None:
    """Without PyMySQL the error names it and the command that installs it."""
    program = "import sys; sys.modules['pymysql'] = None; import strongroom.storage.mysql"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{sys.executable} -m pip install 'pymysql>=" in done.stderr
