"""A TCP proxy that cuts connections when a chosen text passes, or at a question of a chosen number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType

_PATIENCE_S = 10.0
"""How long an answer is waited for before a connection is cut.  After a question without one, the server hangs up."""


class CuttingProxy:
    """Passes bytes on to a server on the loopback interface.  Use it as an async context manager.

    Attributes:
        port: where it listens.
        cuts: how many connections were cut.
    """

    def __init__(self, server_port: int, address: str = "127.0.0.1") -> None:
        self._there = address, server_port
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._hits: Callable[[bytes], bool] | None = None
        self._passes_on = False
        self._says = b""
        self._asking = False
        self.port = 0
        self.cuts = 0

    def cut_at(self, text: bytes, *, passes_on: bool, says: bytes = b"") -> None:
        """Cut the next connection whose client sends `text`: before the server gets it, or once it has answered.

        Args:
            says: what the client is answered instead.  Then it is the client that ends the connection.
        """
        self._hits, self._passes_on, self._says = (lambda data: text in data), passes_on, says

    def cut_after(self, questions: int, *, passes_on: bool) -> None:
        """Let so many questions pass, of all connections from now on, and cut at the next one."""
        left = [questions]
        self._asking = False

        def hits(data: bytes) -> bool:
            if self._asking:  # a question that comes in pieces is one
                return False
            self._asking = True
            left[0] -= 1
            return left[0] < 0

        self._hits, self._passes_on = hits, passes_on

    def pass_all(self) -> None:
        """Cut nothing any more."""
        self._hits = None

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
        task.add_done_callback(lambda _: to_client.close())  # also if it was ended before it began
        await asyncio.wait({task})

    async def _pass_on(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection(*self._there)
        except OSError:
            return
        answers = asyncio.create_task(self._answer(server, to_client))
        try:
            while data := await client.read(65536):
                if self._hits is None or not self._hits(data):
                    to_server.write(data)
                    continue
                self._hits = None
                self.cuts += 1
                answers.cancel()
                await asyncio.wait({answers})
                if self._passes_on:
                    to_server.write(data)
                    await self._swallow(client, to_server, server)
                if self._says:
                    to_client.write(self._says)
                    await client.read()
                return
        except (ConnectionError, TimeoutError):
            return
        finally:
            answers.cancel()
            try:
                await asyncio.wait({answers})
            finally:
                to_server.close()

    async def _answer(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            while data := await server.read(65536):
                self._asking = False
                to_client.write(data)
        except OSError:
            pass  # the server is gone, of which the client hears now
        # Not if it is cancelled: who loses an answer may not know that before the server has answered.
        to_client.close()

    async def _swallow(
        self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter, server: asyncio.StreamReader
    ) -> None:
        """Pass the rest of a question on, and keep its answer."""
        rest = asyncio.create_task(_copy(client, to_server))
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await server.read(65536)
        finally:
            rest.cancel()
            await asyncio.wait({rest})


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
