"""A listener that really runs, in a thread with a loop of its own, and a client of raw bytes."""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from http.client import HTTPResponse
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import parse_qs

import uvloop

from strongroom.http.listener import Listener
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.http.settings import ListenerConfig
from strongroom.http.sockets import open_tcp, open_unix
from strongroom.lib.clock import SystemClock
from strongroom.lib.turn import Turn

T = TypeVar("T")

HEADERS = (("content-type", "application/json"),)
seen_before: contextvars.ContextVar[str] = contextvars.ContextVar("seen_before", default="nothing")


class Echo:
    """Answers with what it was asked; some paths do what an application may do."""

    def __init__(self) -> None:
        self.turn = Turn()
        self.repeats = None
        self.events: list[str] = []
        self.released = asyncio.Event()

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        arguments = {name: texts[0] for name, texts in parse_qs(request.query).items()}
        match request.path:
            case "/wait":
                return await self._wait(float(arguments["s"]))
            case "/held":
                await self.released.wait()
                return HttpResponse(200, HEADERS, b'"released"')
            case "/timeout":
                return await self._timeout(float(arguments["s"]))
            case "/stubborn":
                return await self._stubborn()
            case "/big":
                return HttpResponse(200, HEADERS, b"x" * int(arguments["n"]))
            case "/stream":
                return HttpResponse(200, HEADERS, b"first", self._stream(int(arguments["n"])), self._after)
            case "/flood":
                return HttpResponse(200, HEADERS, b"", self._flood(), self._after)
            case "/after":
                return HttpResponse(200, HEADERS, b"x" * int(arguments["n"]), after_sent=self._after)
            case "/status":
                return HttpResponse(int(arguments["code"]), HEADERS, b"body")
            case "/raise":
                raise RuntimeError(request.headers["x-vault-token"])
            case "/inject":
                return HttpResponse(200, (("x-a", "b\r\nx-evil: c"),))
            case "/context":
                before = seen_before.get()
                seen_before.set("the request before")
                return HttpResponse(200, HEADERS, before.encode())
        return HttpResponse(200, HEADERS, self._describe(request))

    async def _wait(self, seconds: float) -> HttpResponse:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.events.append("cancelled")
            raise
        self.events.append("waited")
        return HttpResponse(200, HEADERS, b'"waited"')

    async def _timeout(self, seconds: float) -> HttpResponse:
        try:
            async with asyncio.timeout(seconds):
                await asyncio.sleep(30)
        except TimeoutError:
            return HttpResponse(200, HEADERS, b'"timed out"')
        return HttpResponse(500)

    async def _stubborn(self) -> HttpResponse:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            await asyncio.sleep(0.2)
        self.events.append("gave in")
        return HttpResponse(200, HEADERS, b"late", after_sent=self._after)

    async def _stream(self, count: int) -> AsyncIterator[bytes]:
        try:
            for number in range(count):
                yield b"%d," % number
                await asyncio.sleep(0.001)
        finally:
            self.events.append("stream closed")

    async def _flood(self) -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 50_000

    async def _after(self) -> None:
        self.events.append("after sent")

    def _describe(self, request: HttpRequest) -> bytes:
        tls = request.peer.tls
        described = {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": request.headers,
            "length": len(request.body),
            "sha256": hashlib.sha256(request.body).hexdigest(),
            "address": request.peer.address,
            "port": request.peer.port,
            "listener": request.peer.listener,
            "tls": tls
            and {
                "version": tls.version,
                "cipher": tls.cipher,
                "server_name": tls.server_name,
                "certificates": [each.hex() for each in tls.peer_certificates],
                "verified": tls.verified,
            },
        }
        return json.dumps(described).encode()

    async def may_send(self, headers: Mapping[str, str]) -> HttpResponse | None:
        """Only `known` may send much; `slow` too, after a while."""
        if headers.get("x-vault-token") == "slow":
            await asyncio.sleep(0.05)
        elif headers.get("x-vault-token") != "known":
            return self.malformed(413, "too large for a stranger")
        return None

    def malformed(self, status: int, text: str) -> HttpResponse:
        """The answer to what the listener refuses."""
        return HttpResponse(status, HEADERS, json.dumps({"errors": [text]}).encode())


class Running:
    """A listener in a thread.

    Args:
        config: as given to the listener.
        unix: path of a Unix socket instead of a TCP port.
        address: where to bind.
    """

    def __init__(
        self, config: ListenerConfig | None = None, unix: Path | None = None, address: str = "127.0.0.1:0"
    ) -> None:
        sock = open_tcp(address, 1)[0] if unix is None else open_unix(str(unix))
        self.family = sock.family
        self.address = sock.getsockname()
        self.application = Echo()
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self.listener = Listener(self.application, config or ListenerConfig(), sock, SystemClock())
        self._thread = threading.Thread(target=lambda: uvloop.run(self._run()))

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        await self.listener.start()
        self._started.set()
        await self._stop.wait()
        await self.listener.close()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        assert not self._thread.is_alive()

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something in the listener's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> Callable[[], T]:
        """Begin something in the listener's loop; the result waits for its end."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return lambda: future.result(20)

    def release(self) -> None:
        """Let what was asked of `/held` go on."""
        self._loop.call_soon_threadsafe(self.application.released.set)

    def connect(self) -> socket.socket:
        """A new connection."""
        sock = socket.socket(self.family, socket.SOCK_STREAM)
        try:
            sock.settimeout(30)
            sock.connect(self.address)
        except OSError:
            sock.close()
            raise
        return sock

    def exchange(self, data: bytes) -> bytes:
        """Send `data` on a new connection, and return all that comes until the server closes it."""
        with self.connect() as sock:
            sock.sendall(data)
            return read_all(sock)

    def until(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for something that happens in the listener's thread."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it never happened"
            time.sleep(0.005)


def read_all(sock: socket.socket) -> bytes:
    """Everything up to the end."""
    parts = []
    while part := sock.recv(65536):
        parts.append(part)
    return b"".join(parts)


def read_response(sock: socket.socket, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """One answer; bytes after it are lost, so don't pipeline."""
    response = HTTPResponse(sock, method=method)
    try:
        response.begin()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        response.close()


def request(target: str, *fields: str, method: str = "GET", body: bytes = b"", version: str = "1.1") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {target} HTTP/{version}", "Host: a", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
