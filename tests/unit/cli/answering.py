"""A server on a socket that gives the same answers to everything, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Answering:
    """What was asked so far, and where."""

    address: str
    asked: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    """The bodies that are forms."""


@contextmanager
def answering(answers: Mapping[str, Any], *, otherwise: Any = None) -> Iterator[Answering]:
    """Serve until the end of the `with`.

    Args:
        answers: documents by verb and path, as `GET /v1/sys/health`; None is an answer without a body, and bytes
            are one that isn't JSON.
        otherwise: the document for everything else.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            line = f"{self.command} {self.path}"
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            state.asked.append(line)
            state.headers.append(self.headers)
            if self.headers.get("Content-Type") == "application/x-www-form-urlencoded":
                state.forms.append(parse_qs(body.decode()))
                body = b""
            state.bodies.append(json.loads(body) if body else None)
            document = answers.get(line, otherwise)
            is_raw = isinstance(document, bytes)
            content = b"" if document is None else document if is_raw else json.dumps(document).encode()
            self.send_response(200 if content else 204)
            if is_raw:
                self.send_header("Content-Type", "application/pkix-cert")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_PUT = do_POST = do_PATCH = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state = Answering(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield state
        finally:
            server.shutdown()
