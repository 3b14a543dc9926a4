"""Servers of MySQL that aren't the right ones, and statements that would leave something to others."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from strongroom.engines.database.driver import Account, Credential, Target
from strongroom.engines.database.drivers.mysql import MysqlDriver
from strongroom.engines.database.drivers.mysql.connecting import Limits
from strongroom.engines.database.drivers.mysql.session import MysqlSession
from strongroom.lib.errors import Unreachable, UpstreamFailed
from tests.sim.mariadb import ROOT, ROOT_PASSWORD, Mariadb
from tests.sim.speaking import Speaks, speaking

OK = b"\0\0\0\2\0\0\0"
CREATE = "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'"


def packet(number: int, data: bytes) -> bytes:
    """As it is sent."""
    return struct.pack("<I", len(data))[:3] + bytes([number]) + data


def greeting(plugin: bytes = b"mysql_native_password") -> bytes:
    """What a server says first, without TLS."""
    fixed = struct.pack("<IHBHHB", 0x3231, 0xF7FF, 45, 2, 0x80FF, 21)
    begin = b"\x0a8.0.30\0" + fixed[:4] + b"12345678\0" + fixed[4:]
    return packet(0, begin + b"\0" * 10 + b"123456789012\0" + plugin + b"\0")


async def heard(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """A packet of the client."""
    head = await reader.readexactly(4)
    return head[3], await reader.readexactly(int.from_bytes(head[:3], "little"))


@asynccontextmanager
async def session_at(speaks: Speaks, limits: Limits | None = None) -> AsyncIterator[MysqlSession]:
    """A session with a server that speaks so."""
    async with speaking(speaks) as port:
        url = f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{port})/"
        target = Target("x", "mysql-database-plugin", {"connection_url": url}, "root", "canary-of-root")
        session = MysqlSession(target, limits)
        yield session
        await session.close()


@pytest.mark.parametrize("plugin", [b"caching_sha2_password", b"sha256_password"])
async def test_no_key_is_taken_from_whoever_answers(plugin: bytes) -> None:
    """They would have the password encrypted by a key of their own, and read it."""
    said: list[bytes] = []

    async def asks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting(plugin))
        number, _ = await heard(reader)
        writer.write(packet(number + 1, b"\x01\x04" if plugin[0:1] == b"c" else b"\xfe" + plugin + b"\0" + b"1" * 20))
        said.append((await heard(reader))[1])

    async with session_at(asks) as session:
        with pytest.raises(UpstreamFailed, match="allowPublicKeyRetrieval"):
            await session.ping()
    assert said == []


async def test_a_server_that_says_a_byte_now_and_then_keeps_no_thread() -> None:
    """Each byte comes in time, and all of them together don't."""
    at_first = threading.active_count()

    async def dribbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in greeting():
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.2)

    async with session_at(dribbles, Limits(connect_s=1, call_s=1.5)) as session:
        with pytest.raises(Unreachable, match="did not answer in time"):
            await session.ping()
        for _ in range(400):
            if threading.active_count() <= at_first:
                break
            await asyncio.sleep(0.05)
        assert threading.active_count() <= at_first


async def test_an_answer_without_an_end_is_not_kept() -> None:
    """It would fill the memory."""

    async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting())
        number, _ = await heard(reader)
        writer.write(packet(number + 1, OK))
        await heard(reader)
        for at in range(8):
            writer.write(b"\xff\xff\xff" + bytes([at + 1]) + b"x" * 0xFFFFFF)
            await writer.drain()

    async with session_at(floods) as session:
        with pytest.raises(UpstreamFailed, match="too long"):
            await session.ping()


@pytest.mark.parametrize("first", [packet(0, b"\x0a8\0"), packet(0, b""), packet(7, b"\x0a"), packet(0, b"\xff")])
async def test_what_is_not_the_protocol_is_the_database_s_failure(first: bytes) -> None:
    """And no error of this server."""

    async def talks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await writer.drain()

    async with session_at(talks) as session:
        with pytest.raises(Unreachable):
            await session.ping()


@pytest.fixture
def session(mariadb: Mariadb) -> MysqlSession:
    """A session of one connection."""
    details = {"connection_url": mariadb.url}
    opened = MysqlDriver().open(Target("x", "mysql-database-plugin", details, ROOT, ROOT_PASSWORD, max_open=1))
    assert isinstance(opened, MysqlSession)
    return opened


async def test_what_statements_set_does_not_outlive_them(session: MysqlSession) -> None:
    """The next ones, by the same connection, have a session as a new one is."""
    account = Account("first", Credential(password="it's"), 0)
    await session.create(account, (CREATE, "SET @left = 1", "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'"), ())
    looks = "BEGIN NOT ATOMIC IF @left = 1 OR @@sql_mode LIKE '%NO_BACK%' THEN SIGNAL SQLSTATE '45000'; END IF; END"
    await session.create(Account("second", Credential(password="it's"), 0), (CREATE, looks), ())
    assert await session.logs_in("second", Credential(password="it's"))
    await session.close()


async def test_statements_do_not_change_what_quotes_mean(session: MysqlSession) -> None:
    """The values of later ones are quoted already."""
    account = Account("first", Credential(password="\\' OR"), 0)
    with pytest.raises(UpstreamFailed, match="sql_mode"):
        await session.create(account, ("SET sql_mode = 'NO_BACKSLASH_ESCAPES'", CREATE), ())
    await session.close()
