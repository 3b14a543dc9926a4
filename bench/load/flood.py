"""Sends many requests, each once, over many connections: for preparing data through the API."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from bench.load.requests import Wanted
from bench.servers.api import Refused
from bench.servers.server import Server

_CONNECTIONS = 32
_TIMEOUT_S = 240.0


def send_all(server: Server, requests: Iterable[Wanted], connections: int = _CONNECTIONS) -> None:
    """Send requests, in any order.

    Raises: `Refused` for the first that fails; `OSError`, `EOFError` for a cut connection; `TimeoutError`.
    """
    asyncio.run(_send(server, iter(requests), connections))


async def _send(server: Server, requests: Iterator[Wanted], connections: int) -> None:
    try:
        async with asyncio.timeout(_TIMEOUT_S), asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(_connection(server.port, requests))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures


async def _connection(port: int, requests: Iterator[Wanted]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for wanted in requests:
            writer.write(wanted.bytes())
            status, content = await answer(reader)
            if status >= 300:
                raise Refused(f"{wanted.method} {wanted.path}: {status} {content[:300]!r}")
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next answer of a connection: its status, and its content if its length is told."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, told, rest = head.partition(b"\r\ncontent-length:")
    length = int(rest.split(b"\r\n")[0]) if told else 0
    content = await reader.readexactly(length)
    if b"\r\ntransfer-encoding: chunked" in head:
        content = await _chunks(reader)
    return int(head.split()[1]), content


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        found.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(found)
