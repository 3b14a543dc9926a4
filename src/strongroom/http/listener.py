"""A listener: one socket and its connections.  It starts, drains and ends."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import structlog
import uvloop
from OpenSSL import SSL

from strongroom.http.connection import HttpConnection
from strongroom.http.faults import describe
from strongroom.http.listening import Listening
from strongroom.http.message import Application
from strongroom.http.settings import ListenerConfig, ListenerError, ListenerLimits, TlsSettings
from strongroom.http.sockets import local_name
from strongroom.http.tls import load_context
from strongroom.lib.clock import Clock
from strongroom.sysapi.traffic import Numbers

_log = structlog.get_logger(__name__)
__all__ = ["Listener", "ListenerConfig", "ListenerError", "ListenerLimits", "TlsSettings"]

_LAST_WAIT_S: Final = 5.0
"""How long to wait for cancelled requests.  The process then ends without them."""


class Listener:
    """Serves an application on one listening socket.

    Args:
        application: serves the requests. config: how. sock: listening; the listener closes it. clock: dates the
            responses and measures the limits. context: the TLS context, where `config` names no files for one.

    Raises: `ListenerError` if the TLS settings can't be used.
    """

    def __init__(
        self,
        application: Application,
        config: ListenerConfig,
        sock: socket.socket,
        clock: Clock,
        context: SSL.Context | None = None,
    ) -> None:
        self._application = application
        self._config = config
        self._socket = sock
        self._clock = clock
        self._wanted_tls = config.tls
        self._tls: SSL.Context | None = context if config.tls is None else load_context(config.tls)
        self._server: asyncio.Server | None = None
        self._listening: Listening | None = None
        self._sweep_timer: asyncio.TimerHandle | None = None
        self.name = local_name(sock)
        """The address that it listens on: `127.0.0.1:8200`, `[::1]:8200` or a path."""

    async def start(self) -> None:
        """Begin to accept connections."""
        loop = asyncio.get_running_loop()
        self._listening = listening = Listening(self._application, self._config, loop, self._tls)
        self._sweep(listening)

        def connection() -> HttpConnection:
            return HttpConnection(listening)

        if self._socket.family == socket.AF_UNIX:
            options: dict[str, Any] = {}
            if sys.version_info >= (3, 13) or isinstance(loop, uvloop.Loop):
                # Other workers still listen on the same socket file.
                options["cleanup_socket"] = False
            self._server = await loop.create_unix_server(
                connection, sock=self._socket, backlog=self._config.backlog, **options
            )
        else:
            self._server = await loop.create_server(connection, sock=self._socket, backlog=self._config.backlog)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return 0 if self._listening is None else len(self._listening.connections)

    @property
    def in_flight(self) -> int:
        """The number of requests in progress or being sent."""
        return 0 if self._listening is None else self._listening.in_flight

    @property
    def requests(self) -> int:
        """The number of requests that the application got so far."""
        return 0 if self._listening is None else self._listening.requests

    @property
    def refused(self) -> int:
        """The number of requests that the listener refused itself so far."""
        return 0 if self._listening is None else self._listening.refused

    @property
    def body_bytes(self) -> int:
        """Memory of the bodies of requests in progress."""
        return 0 if self._listening is None else self._listening.held.bodies

    def numbers(self) -> Numbers:
        """The memory that its clients hold, and the refusals so far."""
        listening = self._listening
        if listening is None:
            return Numbers()
        held = listening.held
        return Numbers(len(listening.connections), held.bodies, held.answers, listening.refusals, listening.statuses)

    def reconfigure(self, application: Application, config: ListenerConfig) -> None:
        """Change to other settings, for new requests and connections.

        TLS settings take effect with `reload_tls`, because only that can fail.
        """
        self._application = application
        self._wanted_tls = config.tls
        in_use = self._config.tls
        self._config = replace(config, tls=in_use)
        if self._listening is not None:
            self._listening.reconfigure(application, self._config)

    def reload_tls(self) -> None:
        """Reload certificate, key and authorities, for new connections.

        Raises: `ListenerError`; the present ones stay in use then.
        """
        wanted = self._wanted_tls
        self._tls = None if wanted is None else load_context(wanted)
        self._config = replace(self._config, tls=wanted)
        if self._listening is not None:
            self._listening.reconfigure(self._listening.application, self._config)
            self._listening.tls = self._tls

    def stop_accepting(self) -> None:
        """Accept no more connections.  Those in the backlog go to other processes with the same socket.

        From now on, every response closes its connection and says so.  A client then doesn't send its next request into
        a closing connection.
        """
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._listening is not None:
            self._listening.draining = True

    async def drain(self, timeout_s: float) -> bool:
        """Finish the requests in progress.  Idle connections close at once, the others after their response.

        Returns: whether all connections were closed within `timeout_s`.
        """
        self.stop_accepting()
        listening = self._listening
        if listening is None:
            return True
        for connection in list(listening.connections):
            connection.wind_down()
        if not listening.connections:
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await listening.emptied.wait()
        return not listening.connections

    async def close(self) -> None:
        """Drop all connections, and cancel the requests in progress."""
        await self.drain(0)
        listening = self._listening
        if listening is not None:
            for connection in list(listening.connections):
                connection.abort()
            if listening.connections:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_WAIT_S):
                        await listening.emptied.wait()
        if self._sweep_timer is not None:
            self._sweep_timer.cancel()
            self._sweep_timer = None
        self._socket.close()

    def _sweep(self, listening: Listening) -> None:
        """Enforce all connections' time limits, and schedule the next sweep."""
        # The next sweep is scheduled first, so that an error in one connection can't switch the limits off.
        self._sweep_timer = listening.loop.call_later(self._config.limits.sweep_interval_s, self._sweep, listening)
        now = self._clock.monotonic()
        listening.tick(now, self._clock.now())
        for connection in list(listening.connections):
            try:
                connection.sweep(now)
            except Exception as error:  # a bug of this server must not switch off the limits of the other connections
                _log.error("a connection's time limits failed", fault=describe(error))
                connection.abort()
