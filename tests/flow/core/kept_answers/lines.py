"""Clients of a listener as bytes, without sockets: the real connection over a transport in memory."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any, cast

from strongroom.http.connection import HttpConnection
from strongroom.http.listener_application import ListenerApplication
from strongroom.http.listening import Listening
from strongroom.http.settings import ListenerConfig
from tests.flow.node import TestNode


class Line(asyncio.Transport):
    """One client's connection."""

    def __init__(self, listening: Listening, address: str = "192.0.2.7", port: int = 4711) -> None:
        super().__init__()
        self.received = b""
        """What the client was sent and hasn't looked at yet."""
        self.closed = False
        self._peer = (address, port)
        self.connection = HttpConnection(listening)
        self.connection.connection_made(self)

    async def say(self, *pieces: bytes) -> None:
        """Send bytes, one piece in each iteration of the loop, and let the server do what it can do at once."""
        for piece in pieces:
            self.connection.data_received(piece)
            await settled()

    def heard(self) -> tuple[int, dict[str, str], bytes]:
        """The first answer that has come: status, header fields in lower case, body."""
        response = HTTPResponse(cast(Any, _Read(self.received)))
        response.begin()
        body = response.read()
        end = self.received.index(b"\r\n\r\n") + 4 + len(body)
        self.received = self.received[end:]
        return response.status, {name.lower(): value for name, value in response.getheaders()}, body

    def hang_up(self) -> None:
        """Lose the connection."""
        self.closed = True
        self.connection.connection_lost(None)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The ends."""
        return {"peername": self._peer, "sockname": ("127.0.0.1", 8200)}.get(name, default)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Everything is taken."""

    def get_write_buffer_size(self) -> int:
        """Nothing waits."""
        return 0

    def write(self, data: Any) -> None:
        """Keep what is sent."""
        self.received += bytes(data)

    def is_closing(self) -> bool:
        """Whether it is over."""
        return self.closed

    def pause_reading(self) -> None:
        """The test alone says what arrives."""

    def resume_reading(self) -> None:
        """The test alone says what arrives."""

    def write_eof(self) -> None:
        """The server sends no more."""
        self.closed = True

    def close(self) -> None:
        """The server ends."""
        self.closed = True

    def abort(self) -> None:
        """The server ends."""
        self.closed = True


class _Read:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        """As a socket's."""
        return io.BytesIO(self._data)


def listening(node: TestNode, config: ListenerConfig | None = None) -> Listening:
    """A listener of the node."""
    application = ListenerApplication(node.application, node.options)
    made = Listening(application, config or ListenerConfig(), asyncio.get_running_loop(), None)
    made.tick(node.clock.monotonic(), node.clock.now())
    return made


def line_maker(node: TestNode, config: ListenerConfig | None = None) -> Callable[..., Line]:
    """Makes connections to one listener of the node."""
    shared = listening(node, config)
    return lambda *args: Line(shared, *args)


async def settled() -> None:
    """Let what is scheduled happen."""
    for _ in range(12):
        await asyncio.sleep(0)


def get(path: str, token: str, *fields: str, method: str = "GET", version: str = "1.1", body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} /v1/{path} HTTP/{version}", "Host: a", f"X-Vault-Token: {token}", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
