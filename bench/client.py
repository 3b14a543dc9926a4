"""A small client that measures: one connection, one request at a time."""

from __future__ import annotations

import asyncio
import json
import time
from urllib.parse import urlsplit


class Client:
    """One connection that sends requests one after another."""

    def __init__(self, address: str, token: str) -> None:
        where = urlsplit(address)
        self._host, self._port, self._token = where.hostname or "", where.port or 0, token

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection that stays."""
        return await asyncio.open_connection(self._host, self._port)

    async def ask(self, method: str, path: str, body: object = None) -> int:
        """Send one request over a connection of its own.  Returns the status."""
        reader, writer = await self.connect()
        try:
            return await self.send(reader, writer, method, path, body)
        finally:
            writer.close()

    async def send(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, body: object = None
    ) -> int:
        """Send one request over a connection.  Returns the status."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} /v1/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n"
        head += f"X-Vault-Token: {self._token}\r\n" if self._token else ""
        writer.write(head.encode() + b"\r\n" + content)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0]) if b"ontent-" in answer else 0
        await reader.readexactly(length)
        return int(answer.split()[1])

    async def read_for(self, seconds: float, path: str) -> list[float]:
        """Read a path again and again.  Returns how long each answer took, in seconds."""
        reader, writer = await self.connect()
        took, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            begun = time.monotonic()
            assert await self.send(reader, writer, "GET", path) == 200
            took.append(time.monotonic() - begun)
            await asyncio.sleep(0.002)  # far from saturation: this measures waiting, not throughput
        writer.close()
        return took


def percentile(values: list[float], part: float) -> float:
    """A percentile, in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000
