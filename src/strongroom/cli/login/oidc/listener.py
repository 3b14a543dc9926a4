"""A local listener that takes the provider's answer from the browser: one answer, of one login.

Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
"""

from __future__ import annotations

import errno
import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from strongroom.cli.login.method import Answer
from strongroom.cli.login.oidc import page
from strongroom.client.errors import ClientError, ResponseError, describe
from strongroom.client.login.error import LoginError

PATH = "/oidc/callback"
_LOCALHOST = "localhost"
_BODY_BYTES = 256 * 1024
"""More than any form that holds an id token."""
_IDLE_S = 20.0
"""Browsers open connections ahead of need; one that stays silent is closed."""


@dataclass(frozen=True, slots=True)
class Callback:
    """What the provider sent with the browser.

    Args:
        fields: the parameters of the address, or of the form.
        posted: whether they came as a form (the response mode `form_post`).
    """

    fields: dict[str, str] = field(repr=False)
    posted: bool

    def refusal(self) -> str:
        """Why the provider refused, empty if it didn't.  (p)"""
        code, text = self.fields.get("error", ""), self.fields.get("error_description", "")
        return f"the provider refused: {code}{f': {text}' if text else ''}" if code else ""


Finish = Callable[[Callback], Answer]
Show = Callable[[int, bytes], None]
"""Sends a status and a page."""


class Listener:
    """Listens while its `with` lasts.

    Args:
        host: the address to listen on.
        port: the port, 0 for any.

    Raises: `LoginError` when nothing can listen there.
    """

    def __init__(self, host: str, port: int) -> None:
        self._results: queue.Queue[Answer | Exception] = queue.Queue()
        self._taken = threading.Lock()
        self._state = ""
        self._finish: Finish | None = None
        self._servers: list[ThreadingHTTPServer] = []
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            family, *_, address = min(found, key=lambda each: each[0] != socket.AF_INET)
            self._servers = [_server(family, address, self)]
            self.port: int = self._servers[0].server_address[1]
            if host == _LOCALHOST:
                self._servers += _other_loopback(family, self.port, self)
        except OSError as error:
            self.__exit__(None, None, None)
            raise LoginError(f"listen tcp {host}:{port}: bind: {describe(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            if self._finish is not None:
                server.shutdown()
            server.server_close()

    def start(self, state: str, finish: Finish) -> None:
        """Answer from now on.

        Args:
            state: what the answer has to carry.
            finish: turns the answer into the login's.
        """
        self._state, self._finish = state, finish
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()

    def wait(self, timeout_s: float) -> Answer:
        """The login's answer.  Raises what `finish` raised, and `TimeoutError`."""
        try:
            result = self._results.get(timeout=timeout_s)
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(result, Exception):
            raise result
        return result

    def answer(self, callback: Callback, show: Show) -> None:
        """Finish the login by a callback, and show the browser how that went."""
        assert self._finish is not None
        # Another page in the same browser can call this address too, but it doesn't know the state.
        if callback.fields.get("state") != self._state:
            return show(400, page.STRANGE)
        if not self._taken.acquire(blocking=False):
            return show(409, page.STRANGE)
        result: Answer | Exception
        try:
            result, shown = self._finish(callback), page.SUCCESS
        except (LoginError, ClientError) as error:
            result, shown = error, page.failure(_reason(error))
        except Exception as error:  # reported at the terminal, where the person waits
            result, shown = error, page.failure("The terminal says why.")
        try:
            show(200, shown)
        finally:
            # Only now: with the result, the program ends.
            self._results.put(result)
        return None


def _reason(error: Exception) -> str:
    return "; ".join(error.errors) if isinstance(error, ResponseError) and error.errors else str(error)


def _other_loopback(family: int, port: int, listener: Listener) -> list[ThreadingHTTPServer]:
    """The listener at the other loopback address, if the machine has it.

    Browsers try both for `localhost`.  Another user of the machine who listens at the other one would get the answer.
    """
    other, address = (
        (socket.AF_INET6, ("::1", port, 0, 0)) if family == socket.AF_INET else (socket.AF_INET, ("127.0.0.1", port))
    )
    try:
        return [_server(other, address, listener)]
    except OSError as error:
        if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            return []
        raise


def _server(family: int, address: Any, listener: Listener) -> ThreadingHTTPServer:
    class Server(ThreadingHTTPServer):
        address_family = family
        daemon_threads = True
        # At its end the program doesn't wait for connections that a browser holds open.
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """Say nothing about a browser that went away."""

    class Handler(BaseHTTPRequestHandler):
        timeout = _IDLE_S
        server_version, sys_version = "strongroom", ""

        def do_GET(self) -> None:
            self._take(urlsplit(self.path).query, posted=False)

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length") or ""
            if not (length.isascii() and length.isdigit() and int(length) <= _BODY_BYTES):
                self._show(413, page.STRANGE)
                return
            self._take(self.rfile.read(int(length)).decode("utf-8", "replace"), posted=True)

        def _take(self, text: str, *, posted: bool) -> None:
            if urlsplit(self.path).path != PATH:
                self._show(404, page.STRANGE)
                return
            try:
                found = parse_qs(text, max_num_fields=50)
            except ValueError:
                self._show(400, page.STRANGE)
                return
            listener.answer(Callback({name: values[0] for name, values in found.items()}, posted), self._show)

        def _show(self, status: int, content: bytes) -> None:
            self.send_response(status)
            for name, value in page.HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Log nothing: the address holds the provider's code."""

    return Server(address, Handler)
