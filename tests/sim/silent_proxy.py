"""A TCP proxy that falls silent: connections stay open, new ones are accepted, and no byte passes any more."""

from __future__ import annotations

import asyncio
from types import TracebackType


class SilentProxy:
    """Passes bytes on to a server on the loopback interface.  Use it as an async context manager.

    Attributes:
        port: where it listens.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._server: asyncio.Server | None = None
        self._passing = asyncio.Event()
        self._passing.set()
        self._text = b""
        self._passes_on = False
        self._questions: int | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._copying: set[asyncio.Future[None]] = set()
        self.port = 0

    def fall_silent(self) -> None:
        """Let nothing pass, in either direction."""
        self._passing.clear()

    def fall_silent_at(self, text: bytes, *, passes_on: bool) -> None:
        """Fall silent when a client sends `text`: before the server gets it, or once it has."""
        self._text, self._passes_on = text, passes_on

    def fall_silent_after(self, questions: int) -> None:
        """Let so many questions of clients pass, of all connections, and fall silent when the next one has passed."""
        self._questions = questions

    @property
    def is_silent(self) -> bool:
        """Whether nothing passes."""
        return not self._passing.is_set()

    def speak(self) -> None:
        """Let everything pass from now on, what was held back included."""
        self._questions = None
        self._passing.set()

    async def __aenter__(self) -> SilentProxy:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        left = [*self._serving, *self._copying]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _accept(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(client, to_client))
        self._serving.add(serving)
        await asyncio.wait({serving})
        self._serving.discard(serving)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            to_client.close()
            return
        copies = {
            asyncio.ensure_future(self._copy(client, to_server, asks=True)),
            asyncio.ensure_future(self._copy(server, to_client, asks=False)),
        }
        self._copying |= copies
        try:
            # The other copy may hold something back, which passes when the way is open again.
            await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
        finally:
            to_server.close()
            to_client.close()

    def _hits(self, data: bytes) -> bool:
        if self._questions is not None:
            self._questions -= 1
            if self._questions < 0:
                self._questions, self._passes_on = None, True
                return True
        if self._text and self._text in data:
            self._text = b""
            return True
        return False

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, asks: bool) -> None:
        try:
            while data := await source.read(65536):
                if asks and self._hits(data):
                    self._passing.clear()
                    if self._passes_on:
                        target.write(data)
                        continue
                await self._passing.wait()
                target.write(data)
        except (ConnectionError, RuntimeError):
            return  # uvloop raises the latter for a transport that is closed
