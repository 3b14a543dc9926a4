"""Servers of Redis that answer what nobody can use."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest

from strongroom.engines.database.driver import Account, Credential, Target
from strongroom.engines.database.drivers.redis import Redis, connection
from strongroom.lib.errors import Unreachable
from tests.sim.speaking import speaking

ENDLESS = b"x" * 100_000


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (b"$2000000000\r\n", ENDLESS),
        (b"$-7\r\n", b""),
        (b"*100000000\r\n", b":1\r\n" * 10_000),
        (b"*1\r\n" * 100_000, b""),
        (b"+", ENDLESS),
        (b":one\r\n", b""),
        (b"$one\r\n", b""),
        (b"?\r\n", b""),
    ],
)
async def test_an_answer_that_cannot_be_used_is_the_database_s_failure(
    first: bytes, more: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It neither fills the memory nor is it an error of this server."""
    monkeypatch.setattr(connection, "MOST_BYTES", 64 * 1024)

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"canary\r\n")
        writer.write(b"+OK\r\n")
        await reader.read(100)
        writer.write(first)
        for _ in range(1000 if more else 0):
            writer.write(more)
            await writer.drain()
        await reader.read(100)

    async with speaking(answers) as port:
        place = {"host": "127.0.0.1", "port": port}
        session = Redis().open(Target("x", "redis-database-plugin", place, "root", "canary"))
        tracemalloc.start()
        try:
            with pytest.raises(Unreachable):
                await session.create(Account("u", Credential(password="x"), 0), (), ())
            assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
        finally:
            tracemalloc.stop()
