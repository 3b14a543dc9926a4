"""A MariaDB that hangs, and the way to it that is cut."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time

import pytest

from strongroom.engines.database.driver import Account, Credential, Target
from strongroom.engines.database.drivers.mysql import MysqlDriver, pool
from strongroom.engines.database.drivers.mysql.connecting import Limits
from strongroom.engines.database.drivers.mysql.session import MysqlSession
from strongroom.lib.errors import Unreachable
from strongroom.testing import SetClock
from tests.sim.mariadb import ROOT, ROOT_PASSWORD, Mariadb
from tests.sim.silent_proxy import SilentProxy
from tests.sim.speaking import speaking

SOON = Limits(connect_s=0.5, statement_s=0.5, call_s=20.0)
CREATE = ("CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'", "GRANT SELECT ON shop.* TO '{{name}}'@'%'")
APP = Account("app", Credential(password="secret"), 0.0)


def session(port: int, limits: Limits, *, lifetime_s: float = 0.0, **details: object) -> MysqlSession:
    """A session by way of a port."""
    url = f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{port})/"
    stored = MysqlDriver().check("mysql-database-plugin", {"connection_url": url, **details})
    return MysqlSession(
        Target("my", "mysql-database-plugin", stored, ROOT, ROOT_PASSWORD, lifetime_s=lifetime_s), limits
    )


async def number(asked: MysqlSession) -> int:
    """The server's number of the connection that is used."""
    return await asked.pool.run(lambda connection: int(connection.thread_id()))


async def idle(asked: MysqlSession) -> None:
    """Wait until no thread works any more.  Fails if one doesn't end."""
    async with asyncio.timeout(10):
        while asked.pool.threads:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("text", [b"CREATE USER", b"GRANT SELECT", b"COMMIT"])
@pytest.mark.parametrize("passes_on", [True, False])
async def test_silence_at_each_statement_is_no_refusal(mariadb: Mariadb, text: bytes, passes_on: bool) -> None:
    """Whether it was executed can't be told; when the way is open again, dropping leaves nothing."""
    async with SilentProxy(mariadb.port) as proxy:
        asked = session(proxy.port, SOON)
        await asked.ping()
        proxy.fall_silent_at(text, passes_on=passes_on)
        with pytest.raises(Unreachable):
            await asked.create(APP, CREATE, ())
        proxy.speak()
        await asked.drop("app", ())
        await asked.drop("app", ())
        await idle(asked)
        await asked.close()
    assert mariadb.users() == set()


async def test_a_server_that_is_silent_from_the_beginning_is_given_up(mariadb: Mariadb) -> None:
    """It accepts connections, and says nothing."""
    async with SilentProxy(mariadb.port) as proxy:
        proxy.fall_silent()
        asked = session(proxy.port, SOON)
        with pytest.raises(Unreachable):
            await asked.ping()
        with pytest.raises(Unreachable):
            await asked.logs_in("app", APP.credential)
        proxy.speak()
        await asked.ping()
        await asked.close()


async def test_a_call_ends_though_the_server_takes_its_time(mariadb: Mariadb) -> None:
    """And its thread with it, though the limit of a statement is longer."""
    asked = session(mariadb.port, Limits(call_s=0.5))
    with pytest.raises(Unreachable, match="in time"):
        await asked.create(APP, ("DO SLEEP(25)",), ())
    await idle(asked)
    await asked.ping()
    await asked.close()


async def test_a_server_that_hangs_delays_nobody_else(mariadb: Mariadb) -> None:
    """Each connection has threads of its own, and the loop goes on."""
    async with SilentProxy(mariadb.port) as proxy:
        proxy.fall_silent()
        hanging, other = session(proxy.port, Limits(connect_s=1.0)), session(mariadb.port, SOON)
        waiting = [asyncio.create_task(hanging.ping()) for _ in range(50)]
        await asyncio.sleep(0)
        for _ in range(10):
            await other.ping()
        assert not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await idle(hanging)
        await hanging.close()
        await other.close()


async def test_a_connection_that_the_server_has_ended_is_replaced(mariadb: Mariadb) -> None:
    """Nobody is told of an error, and as long as it lives it is used again."""
    asked = session(mariadb.port, SOON)
    first = await number(asked)
    assert await number(asked) == first
    mariadb.ask("KILL USER %s", ROOT)
    assert await number(asked) != first
    await asked.close()


async def test_a_connection_that_is_older_than_its_lifetime_is_replaced(
    mariadb: Mariadb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is used until then."""
    clock = SetClock()
    monkeypatch.setattr(pool, "time", clock)
    asked = session(mariadb.port, SOON, lifetime_s=60)
    first = await number(asked)
    clock.advance(60)
    assert await number(asked) == first
    clock.advance(1)
    assert await number(asked) != first
    await asked.close()


async def test_a_password_isnt_sent_in_the_clear() -> None:
    """Whoever answers in the database's place could ask for it so."""
    seen = bytearray()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        salt = b"12345678"
        greeting = b"\x0a8.0.0\0" + b"\1\0\0\0" + salt + b"\0" + b"\xff\xff\x21\x02\0\xff\xdf\x15" + b"\0" * 10
        greeting += b"123456789012\0" + b"mysql_native_password\0"
        writer.write(len(greeting).to_bytes(3, "little") + b"\0" + greeting)
        seen.extend(await reader.read(4096))
        switch = b"\xfemysql_clear_password\0"
        writer.write(len(switch).to_bytes(3, "little") + b"\2" + switch)
        seen.extend(await reader.read(4096))

    async with speaking(greet) as port:
        asked = session(port, SOON)
        with pytest.raises(Exception, match="in the clear"):
            await asked.ping()
        await asked.close()
    assert b"mysql_native_password" in seen
    assert ROOT_PASSWORD.encode() not in seen


async def test_a_server_that_sends_a_byte_now_and_then_keeps_no_thread() -> None:
    """Each byte is in time; the call is over all the same, and the thread with it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        with contextlib.suppress(OSError), listener.accept()[0] as client:
            client.sendall(b"\x40\x40\x40\0")  # the length of a packet, and its number
            while True:
                client.sendall(b"\x40")
                time.sleep(0.05)

    thread = threading.Thread(target=drip)
    thread.start()
    asked = session(listener.getsockname()[1], Limits(connect_s=0.5, call_s=1.0))
    try:
        with pytest.raises(Unreachable, match="in time"):
            await asked.ping()
        await idle(asked)
    finally:
        await asked.close()
        listener.close()
    await asyncio.to_thread(thread.join, 10)
    assert not thread.is_alive()
