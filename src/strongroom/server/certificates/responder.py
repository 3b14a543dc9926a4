"""Answers HTTP challenges while an authority looks.

Source: RFC 8555, section 8.3
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from strongroom.http.sockets import TcpAddress, open_tcp

_PREFIX = "/.well-known/acme-challenge/"
_PATIENCE_S = 5.0
_MAX_AT_ONCE = 64
"""Connections.  An authority makes a handful, from several places at once."""


class Answers:
    """The key authorizations of challenges, by token."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def add(self, token: str, authorization: str) -> None:
        """Answer to a token from now on."""
        self._known[token] = authorization

    def find(self, path: str) -> str | None:
        """What a request's path is answered with."""
        return self._known.get(path.removeprefix(_PREFIX)) if path.startswith(_PREFIX) else None


@contextlib.contextmanager
def answering(hosts: Iterable[str], port: int, answers: Answers) -> Iterator[None]:
    """Answer on a port of each of these hosts until the block ends.

    Raises: `ListenerError` if the port can't be had.
    """
    with contextlib.ExitStack() as kept:
        for host in hosts:
            server = kept.enter_context(_Server(host, port, answers))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
            thread.start()
            kept.callback(thread.join)
            kept.callback(server.shutdown)
        yield


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, answers: Answers) -> None:
        self.answers = answers
        self._free = threading.Semaphore(_MAX_AT_ONCE)
        [sock] = open_tcp(str(TcpAddress(host, port)), 1)
        sock.setblocking(True)
        super().__init__(("", port), _Exchange, bind_and_activate=False)
        self.socket.close()
        self.socket = sock

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing, because anybody can break off a connection."""


class _Exchange(BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE_S
    server_version = "Strongroom"
    sys_version = ""

    def do_GET(self) -> None:
        found = self.server.answers.find(self.path)
        body = b"" if found is None else found.encode()
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Log nothing, because this port is open to everybody, and the authority reports the outcome."""
