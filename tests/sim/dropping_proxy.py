"""A TCP proxy that drops every connection for as long as a test wants, and counts them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType


class DroppingProxy:
    """Passes bytes on to a server on the loopback interface.  Use it as an async context manager.

    Attributes:
        port: where it listens.
        drops: whether connections are dropped.
        dropped: how many were.
    """

    def __init__(self, server_port: int) -> None:
        self._there = server_port
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.port = 0
        self.drops = False
        self.dropped = 0

    async def __aenter__(self) -> DroppingProxy:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        if self.drops:
            self.dropped += 1
            to_client.close()
            return
        task = asyncio.ensure_future(self._pass_on(client, to_client))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        await asyncio.wait({task})

    async def _pass_on(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._there)
        try:
            await asyncio.gather(_copied(client, to_server), _copied(server, to_client))
        finally:
            to_client.close()
            to_server.close()


async def _copied(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.write_eof()
