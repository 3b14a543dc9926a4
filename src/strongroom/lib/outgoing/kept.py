"""HTTP requests over connections that are kept, for systems that are asked all the time.

A client library takes more than a millisecond of the processor for each request, and all requests of this server would
have to wait for that.  This tells a request that surely wasn't carried out from one that may have been.  No proxy is
used, and no redirect is followed.

A service on the internet may be behind a proxy; `PooledHttp` asks it.  Why there are two: `docs/adr/0023`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from strongroom.client.http1 import ProtocolError, encode_request
from strongroom.client.response_reader import ResponseReader
from strongroom.lib.errors import RateLimited, Unreachable
from strongroom.lib.outgoing import names
from strongroom.lib.outgoing.failure import why
from strongroom.lib.outgoing.http import Reply

_IDLE_S: Final = 30.0
"""After which an unused connection isn't used any more: sooner than servers and firewalls close it."""
_PARTS: Final = 2
"""Connecting may take this part of the time for a request."""
_BLOCK_BYTES: Final = 256 * 1024
_PORTS: Final = {"http": 80, "https": 443}


class UnansweredError(Unreachable):
    """The request was sent, and no usable answer came.  It may have been carried out."""


class _Connection:
    """An open connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.kept_at = 0.0

    @property
    def usable(self) -> bool:
        """Whether nothing says that the other end has closed it."""
        return not (self._reader.at_eof() or self._writer.is_closing())

    async def ask(self, verb: str, request: bytes, most_bytes: int) -> tuple[ResponseReader, bytes]:
        """Send a request.  Raises `ProtocolError`, `OSError`."""
        self._writer.write(request)
        await self._writer.drain()
        response = ResponseReader(verb)
        body = bytearray()
        while not response.ended:
            response.receive(await self._reader.read(_BLOCK_BYTES))
            body += response.take()
            if len(body) > most_bytes:
                raise ProtocolError(f"more than {most_bytes} bytes")
        return response, bytes(body)

    async def close(self) -> None:
        """Close it."""
        self._writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await self._writer.wait_closed()

    def drop(self) -> None:
        """Close it without waiting for the other end."""
        self._writer.transport.abort()


class KeptHttp:
    """Sends requests to the servers of one system.

    Args:
        name: of the system, for errors: "etcd".
        total_s: how long one request may take, in seconds.
        most_bytes: how long a response may be.
        context: whom to trust, and the certificate to show; None for plain HTTP only.
        at_once: the number of concurrent requests; others wait.
    """

    def __init__(
        self, name: str, *, total_s: float, most_bytes: int, context: ssl.SSLContext | None, at_once: int
    ) -> None:
        self._name = name
        self._total_s = total_s
        self._most_bytes = most_bytes
        self._context = context
        self._places = asyncio.Semaphore(at_once)
        self._idle: dict[str, list[_Connection]] = {}
        self._closed = False

    async def close(self) -> None:
        """Close all connections."""
        self._closed = True
        idle = [connection for kept in self._idle.values() for connection in kept]
        self._idle.clear()
        for connection in idle:
            await connection.close()

    async def ask(
        self,
        verb: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        repeatable: bool = False,
    ) -> Reply:
        """Send one request.

        Args:
            repeatable: whether it may be sent again, if a kept connection turns out to be closed.

        Raises: `Unreachable` if it wasn't sent, `UnansweredError` if it may have been.  Their texts hold nothing of the
            request or the response.
        """
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        fields = {"Host": names.host_header(url), **(headers or {})}
        request = encode_request(verb, target, fields, content, keep_open=True)
        # In a task of its own, because time limits belong to a task, and whoever asks may be a coroutine that begins in
        # one task and goes on in another.
        return await asyncio.create_task(self._ask(verb, url, request, repeatable=repeatable))

    async def _ask(self, verb: str, url: str, request: bytes, *, repeatable: bool) -> Reply:
        sent = False
        try:
            async with asyncio.timeout(self._total_s), self._places:
                parts = urlsplit(url)
                origin = f"{parts.scheme}://{parts.netloc}"
                connection = self._kept(origin)
                if connection is not None:
                    sent = True
                    try:
                        return await self._exchange(connection, origin, verb, request)
                    except (ProtocolError, OSError):
                        if not repeatable:
                            raise
                sent = False
                connection = await self._connect(url)
                sent = True
                return await self._exchange(connection, origin, verb, request)
        except TimeoutError as error:
            kind = UnansweredError if sent else Unreachable
            raise kind(f"{self._name} did not answer in time", detail=why(error, url)) from error
        except (ProtocolError, OSError) as error:
            if sent:
                raise UnansweredError(f"{self._name} did not answer", detail=why(error, url)) from error
            raise Unreachable(f"{self._name} cannot be reached", detail=why(error, url)) from error

    async def _exchange(self, connection: _Connection, origin: str, verb: str, request: bytes) -> Reply:
        try:
            response, body = await connection.ask(verb, request, self._most_bytes)
        except BaseException:
            connection.drop()
            raise
        if response.reusable and not self._closed:
            connection.kept_at = asyncio.get_running_loop().time()
            self._idle.setdefault(origin, []).append(connection)
        else:
            connection.drop()
        return Reply(response.status, response.headers, body)

    def _kept(self, origin: str) -> _Connection | None:
        """The connection that was used last.  Older ones that are no longer used are closed."""
        kept = self._idle.get(origin, [])
        while kept:
            connection = kept.pop()
            if connection.usable and asyncio.get_running_loop().time() - connection.kept_at < _IDLE_S:
                return connection
            connection.drop()
        return None

    async def _connect(self, url: str) -> _Connection:
        """A new connection.  Raises `OSError`, `TimeoutError`."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        tls = parts.scheme == "https"
        async with asyncio.timeout(self._total_s / _PARTS):
            try:
                found = await names.addresses(url, within_s=self._total_s, direct=True)
            except RateLimited as error:
                raise TimeoutError from error
            addresses = found or (host,)
            for address in addresses:
                try:
                    reader, writer = await asyncio.open_connection(
                        *(address, parts.port or _PORTS[parts.scheme]),
                        limit=_BLOCK_BYTES,
                        ssl=self._context if tls else None,
                        server_hostname=host if tls else None,
                    )
                except OSError:
                    if address == addresses[-1]:
                        raise
                else:
                    return _Connection(reader, writer)
        raise AssertionError
