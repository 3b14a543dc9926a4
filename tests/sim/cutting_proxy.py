"""A TCP proxy that cuts connections when a chosen text passes."""

from __future__ import annotations

import asyncio
from types import TracebackType


class CuttingProxy:
    """Passes bytes on to a server on the loopback interface.  Use it as an async context manager.

    Attributes:
        port: where it listens.
        cuts: how many connections were cut.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._text = b""
        self._passes_on = False
        self.port = 0
        self.cuts = 0

    def cut_at(self, text: bytes, *, passes_on: bool) -> None:
        """Cut the next connection whose client sends `text`: before the server gets it, or once it has answered."""
        self._text = text
        self._passes_on = passes_on

    async def __aenter__(self) -> CuttingProxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        # Held, because the loop doesn't hold the task of a connection whose peer has ended it.
        task = asyncio.ensure_future(self._pass_on(client, to_client))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        await asyncio.wait({task})

    async def _pass_on(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        answers = asyncio.create_task(_copy(server, to_client))
        try:
            while data := await client.read(65536):
                if not self._text or self._text not in data:
                    to_server.write(data)
                    continue
                self._text = b""
                self.cuts += 1
                answers.cancel()
                await asyncio.wait({answers})
                if self._passes_on:
                    to_server.write(data)
                    await server.read(65536)
                return
        except ConnectionError:
            return
        finally:
            answers.cancel()
            await asyncio.wait({answers})
            to_server.close()
            to_client.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
    finally:
        target.close()
