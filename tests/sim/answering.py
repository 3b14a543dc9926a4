"""A plain HTTP server on the loopback that answers by a table of paths, for the systems that the server asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    verb: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Asked], tuple[int, Any]]


@dataclass
class Answering:
    """A running server."""

    url: str
    table: dict[str, Any] = field(default_factory=dict)
    """By `VERB /path`: a JSON document, a pair of status and document, or a function that makes the pair."""
    asked: list[Asked] = field(default_factory=list)

    def reply(self, asked: Asked) -> tuple[int, Any]:
        """The status and the document for a request."""
        self.asked.append(asked)
        found = self.table.get(f"{asked.verb} {asked.path}", (404, {"error": {"code": 404}}))
        if callable(found):
            found = found(asked)
        return found if isinstance(found, tuple) else (200, found)


@contextmanager
def answering() -> Iterator[Answering]:
    """A server of its own."""
    server: Answering

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def do_DELETE(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, document = server.reply(Asked(self.command, unquote(parts.path), parts.query, headers, body))
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/xml" if isinstance(document, bytes) else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class has
            return

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as running:
        server = Answering(f"http://127.0.0.1:{running.server_address[1]}")
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            running.shutdown()
            thread.join()
