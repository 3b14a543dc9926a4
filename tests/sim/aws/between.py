"""Something between a client and moto that loses, alters or refuses what a test says."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.sim.aws.moto import Moto


@dataclass
class Passing:
    """A request on its way."""

    verb: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Between:
    """A running one.

    Attributes:
        url: what the client asks.
        asked: verb and path of each request so far.
        alter: changes a request before it is sent on.
        refuse: the status and body to answer with instead; None to send it on.
        lose: whether the answer is lost, once the service has done what it was asked.
        timeless: whether the answer tells no time.
        ahead_s: by how much the service's clock is ahead of moto's.
    """

    url: str
    asked: list[tuple[str, str]] = field(default_factory=list)
    alter: Callable[[Passing], None] = lambda _: None
    refuse: Callable[[Passing], tuple[int, bytes] | None] = lambda _: None
    lose: Callable[[Passing], bool] = lambda _: False
    timeless: Callable[[Passing], bool] = lambda _: False
    ahead_s: float = 0.0
    written_ahead_s: dict[str, float] = field(default_factory=dict)
    """By the end of an object's path, how far the clock was ahead when it was written."""

    def listing(self, body: bytes) -> bytes:
        """A listing with the times of this clock."""

        def shifted(found: re.Match[str]) -> str:
            ahead_s = self.written_ahead_s.get(found["key"], 0.0)
            at = datetime.fromisoformat(found["at"]) + timedelta(seconds=ahead_s)
            return f"<Key>{found['key']}</Key>{found['between']}<LastModified>{at.isoformat()}</LastModified>"

        return _LISTED.sub(shifted, body.decode()).encode()


_LISTED = re.compile(
    r"<Key>(?P<key>[^<]*)</Key>(?P<between>(?:(?!<Key>).)*?)<LastModified>(?P<at>[^<]*)</LastModified>", re.DOTALL
)
_HOP = {"connection", "content-length", "date", "server", "transfer-encoding", "content-encoding"}


@contextmanager
def between(moto: Moto) -> Iterator[Between]:
    """One before a moto server."""
    found: Between

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Passing(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            found.asked.append((asked.verb, asked.path.partition("?")[0]))
            if (refused := found.refuse(asked)) is not None:
                self._answer(refused[0], {"date": formatdate(usegmt=True)}, refused[1])
                return
            found.alter(asked)
            headers = {name: value for name, value in asked.headers.items() if name not in {"host", "content-length"}}
            reply = httpx.request(asked.verb, moto.url + asked.path, headers=headers, content=asked.body)
            if found.lose(asked):
                self.close_connection = True
                return
            told = {name: value for name, value in reply.headers.items() if name not in _HOP}
            for name in ("date", "last-modified"):
                if name in reply.headers:
                    at = parsedate_to_datetime(reply.headers[name]).timestamp()
                    told[name] = formatdate(at + (found.ahead_s if name == "date" else 0), usegmt=True)
            if found.timeless(asked):
                told.pop("date", None)
            if asked.verb == "PUT":
                found.written_ahead_s[asked.path.split("/", 2)[2]] = found.ahead_s
            listed = "list-type=2" in asked.path
            self._answer(reply.status_code, told, found.listing(reply.content) if listed else reply.content)

        do_GET = do_PUT = do_POST = do_DELETE = _pass

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class has
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            # A client that gave up has closed its connection.
            return

    with Server(("127.0.0.1", 0), Handler) as server:
        found = Between(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
