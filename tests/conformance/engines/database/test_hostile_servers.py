"""Servers of PostgreSQL that want what isn't theirs, or hold this one up."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from strongroom.engines.database.drivers.postgresql import connecting, settings
from tests.conformance.engines.database.serving import PLUGIN, serving
from tests.sim.speaking import Speaks, speaking

IN_THE_CLEAR, SASL, GOES_ON = 3, 10, 11


@asynccontextmanager
async def server_that(speaks: Speaks) -> AsyncIterator[int]:
    """A server; its port."""

    async def received(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
        await speaks(reader, writer)

    async with speaking(received) as port:
        yield port


def demand(kind: int, data: bytes = b"") -> bytes:
    """What a server says during a login."""
    return b"R" + (8 + len(data)).to_bytes(4) + kind.to_bytes(4) + data


async def message(reader: asyncio.StreamReader) -> bytes:
    """What the client says."""
    await reader.readexactly(1)
    return await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)


async def test_no_password_of_the_environment_is_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It is the store's: whoever configures a connection without a password would be sent it."""
    services = tmp_path_factory.mktemp("services") / "services"
    services.write_text("[store]\npassword=canary-of-the-service\n")
    monkeypatch.setenv("PGPASSWORD", "canary-of-the-store")
    monkeypatch.setenv("PGSERVICE", "store")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    heard: list[bytes] = []

    async def asks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(demand(IN_THE_CLEAR))
        heard.append(await message(reader))

    async with serving() as server, server_that(asks) as port:
        url = f"postgresql://strongroom@127.0.0.1:{port}/store?sslmode=disable&require_auth=password"
        reply = await server.ask("POST", "database/config/pg", {"plugin_name": PLUGIN, "connection_url": url})
        assert "no password supplied" in reply.error
    assert heard == []


async def test_a_server_cannot_have_this_one_compute_without_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how often a password is hashed; others are answered meanwhile."""
    monkeypatch.setattr(settings, "CONNECT_S", 1)
    monkeypatch.setattr(settings, "_LEAST_CONNECT_S", 1)

    async def demands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(demand(SASL, b"SCRAM-SHA-256\0\0"))
        nonce = (await message(reader)).rpartition(b"r=")[2]
        salt = base64.b64encode(b"salt-of-a-server")
        writer.write(demand(GOES_ON, b"r=" + nonce + b"more,s=" + salt + b",i=6000000"))
        await message(reader)

    answered, done = 0, asyncio.Event()

    async def others() -> None:
        nonlocal answered
        while not done.is_set():
            await asyncio.sleep(0.01)
            answered += 1

    async with serving() as server, server_that(demands) as port:
        asking = asyncio.create_task(others())
        url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{port}/x?sslmode=disable"
        body = {"plugin_name": PLUGIN, "connection_url": url, "username": "u", "password": "p"}
        reply = await server.ask("POST", "database/config/pg", body)
        done.set()
        await asking
        assert reply.status == 400
        assert "no answer within 1 s" in reply.error
        while connecting.threads.taken:  # it computes to the end
            await asyncio.sleep(0.1)
    assert answered > 20
