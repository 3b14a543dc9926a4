"""The connections to the server: some are open and wait for a question, others are made when they are needed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from strongroom.agent.serving.server.connection import ServerConnection
from strongroom.agent.serving.server.faults import NotReached
from strongroom.client import transport
from strongroom.client.errors import BadSettings, describe
from strongroom.client.settings import Settings
from strongroom.client.tls import fault_of, tls_context

MOST: Final = 128
"""Connections that carry a question at a time.  More questions wait."""
_CONNECTING: Final = 8
"""Connections that are made at a time, each by a thread of its own: names are looked up there."""
_IDLE_S: Final = 60.0
"""How long an unused connection is kept: less than servers and what stands before them do."""
_HANDSHAKE_S: Final = 10.0


class ConnectionPool:
    """Connections to one server.

    Args:
        settings: where it is and how it is reached.
        keeps: whether connections stay open after an answer.

    Raises: `BadSettings` if the address or a file of the settings can't be used.
    """

    def __init__(self, settings: Settings, *, keeps: bool = True) -> None:
        self._threads = ThreadPoolExecutor(_CONNECTING, "strongroom-agent-connecting")
        self._slots = asyncio.Semaphore(MOST)
        self._idle: deque[ServerConnection] = deque()
        self.keeps = keeps
        self.renew(settings)

    def renew(self, settings: Settings) -> None:
        """Use other settings, and read their files again, for connections from now on.

        Raises: `BadSettings`; those in use stay.
        """
        origin = transport.parse_origin(settings.address)
        secure = origin.scheme == "https" and not origin.socket_path
        context = tls_context(settings.tls) if secure else None
        self.origin, self.settings, self._tls = origin, settings, context
        self._drop_idle()

    async def take(self) -> tuple[ServerConnection, bool]:
        """A connection, and whether it has carried a question before.  `release` or `give_back` it.

        Raises: `NotReached`.
        """
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                await self._slots.acquire()
        except TimeoutError:
            raise NotReached(f"all {MOST} connections to the server are busy") from None
        try:
            kept = self._kept()
            return (await self._connect(), False) if kept is None else (kept, True)
        except BaseException:
            self._slots.release()
            raise

    def _kept(self) -> ServerConnection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and now < connection.idle_since + _IDLE_S:
                return connection
            connection.close()
        return None

    def give_back(self, connection: ServerConnection) -> None:
        """Take back a connection whose answer was read, or that has failed."""
        self.release()
        self._keep(connection)

    def _keep(self, connection: ServerConnection) -> None:
        if not (self.keeps and connection.reusable):
            connection.close()
            return
        connection.idle_since = now = asyncio.get_running_loop().time()
        self._idle.append(connection)
        # The longest unused ones are at the left.
        while now >= self._idle[0].idle_since + _IDLE_S or not self._idle[0].reusable:
            self._idle.popleft().close()

    def release(self) -> None:
        """Count a connection no more, because its answer may have no end."""
        self._slots.release()

    def keep_released(self, connection: ServerConnection) -> None:
        """Take back a connection that isn't counted any more."""
        self._keep(connection)

    async def _connect(self) -> ServerConnection:
        loop = asyncio.get_running_loop()
        origin, settings = self.origin, self.settings
        connecting = loop.run_in_executor(self._threads, transport.connect, origin, settings)
        try:
            sock = await asyncio.shield(connecting)
        except (OSError, BadSettings) as error:
            raise NotReached(_reason(error)) from error
        except asyncio.CancelledError:
            connecting.add_done_callback(_discard)
            raise
        return await self._started(loop, sock)

    async def _started(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> ServerConnection:
        sock.setblocking(False)
        tls, origin = self._tls, self.origin
        try:
            if origin.socket_path:
                _, made = await loop.create_unix_connection(ServerConnection, sock=sock)
            elif tls is None:
                _, made = await loop.create_connection(ServerConnection, sock=sock)
            else:
                name = self.settings.tls.server_name or origin.host
                _, made = await loop.create_connection(
                    ServerConnection, sock=sock, ssl=tls, server_hostname=name, ssl_handshake_timeout=_HANDSHAKE_S
                )
        except OSError as error:
            sock.close()
            raise NotReached(_reason(error)) from error
        return made

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self.keeps = False
        self._drop_idle()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _discard(connecting: asyncio.Future[socket.socket]) -> None:
    """Close what was made for somebody who doesn't wait any more."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


def _reason(error: OSError | BadSettings) -> str:
    if isinstance(error, ssl.SSLError):
        return fault_of(error)
    # A socket's own error carries a number; those of `transport` carry their whole text.
    numbered = isinstance(error, OSError) and (error.errno is not None or isinstance(error, TimeoutError))
    return describe(error) if isinstance(error, OSError) and numbered else str(error)
