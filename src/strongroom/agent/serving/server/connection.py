"""One connection to the server, which carries one request after another."""

from __future__ import annotations

import asyncio
from typing import Final, cast

from strongroom.agent.serving.server.faults import Lost
from strongroom.client.response_reader import ProtocolError, ResponseReader

HIGH_WATER_BYTES: Final = 256 * 1024
"""How much of a body may wait for its client before no more is read of it."""


class ServerConnection(asyncio.Protocol):
    """Asks the server, one question at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._reader: ResponseReader | None = None
        self._fault = ""
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False
        self.idle_since = 0.0
        """When its last answer ended, in seconds of the monotonic clock."""

    # --- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is ready, TLS included."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        reader = self._reader
        if reader is None or reader.ended:
            self.close()  # Nobody has asked: it would be taken for the answer to the next question, or fill the memory.
            return
        self._read(reader, data)
        if reader.waiting_bytes > HIGH_WATER_BYTES and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The server sends no more; the connection isn't kept."""
        self._ended()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._transport = None
        self._ended()

    def _ended(self) -> None:
        if self._reader is not None and not self._reader.ended:
            self._read(self._reader, b"")
        self._wake()

    def _read(self, reader: ResponseReader, data: bytes) -> None:
        try:
            reader.receive(data)
        except ProtocolError as error:
            self._fault = self._fault or str(error)
            self.close()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- what its user calls

    @property
    def open(self) -> bool:
        """Whether a question can be asked."""
        return self._transport is not None and not self._transport.is_closing() and not self._fault

    @property
    def reusable(self) -> bool:
        """Whether the last answer was read whole, and another question can be asked."""
        return self.open and self._reader is not None and self._reader.ended and self._reader.reusable

    async def ask(self, head: bytes, body: bytes, method: str) -> ResponseReader:
        """Send a request, and wait for the head of its response.

        Raises: `Lost`.
        """
        transport = self._transport
        if transport is None or not self.open:
            raise Lost("the connection is closed", begun=False)
        self._reader = reader = ResponseReader(method)
        transport.write(head + body if len(body) < HIGH_WATER_BYTES else head)
        if len(body) >= HIGH_WATER_BYTES:
            transport.write(body)
        while not reader.started:
            await self._next()
        return reader

    async def more(self) -> bytes:
        """The next piece of the body; empty at its end.

        Raises: `Lost` if the body ends too early.
        """
        reader = self._reader
        assert reader is not None, "nothing was asked"
        while True:
            if block := reader.take():
                self._resume()
                return block
            if reader.ended:
                return b""
            await self._next()

    def _resume(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    async def _next(self) -> None:
        """Wait until something has come.  Raises `Lost` when nothing will."""
        if self._fault or self._transport is None:
            begun = self._reader is not None and self._reader.touched
            raise Lost(self._fault or "the connection was closed", begun=begun)
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def close(self) -> None:
        """Close it now; what wasn't read is dropped."""
        if self._transport is not None:
            self._transport.abort()
