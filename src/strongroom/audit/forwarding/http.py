"""A target that gets lines as the bodies of HTTP requests."""

from __future__ import annotations

import http.client
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from strongroom.audit.forwarding.connecting import CONNECT_S, connect
from strongroom.audit.forwarding.deadline import ended_after
from strongroom.audit.forwarding.target import Undeliverable
from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.audit.outgoing.endpoint import TLS
from strongroom.audit.outgoing.frames import Lines
from strongroom.audit.outgoing.http import HttpSettings, check_uri, check_value, endpoint_of
from strongroom.lib.errors import InvalidRequest

_REFUSALS: Final = frozenset({400, 413, 415, 422})
"""Statuses that mean this body, and not the state of the receiver."""
_MOST_ANSWER_BYTES: Final = 64 * 1024
_LONGEST_ANSWER_S: Final = 30.0
_MOST_REFERENCE_BYTES: Final = 64 * 1024


class HttpTarget:
    """Posts lines to one URL.  A status from 200 to 299 means that they are taken.

    References to files and variables are followed for each connection.  Redirects aren't: they could lead anywhere,
    with what the headers hold.

    Args:
        configured: whether the server's configuration names the URL.
        within_s: how long one answer may take at all; 0 for any time.
    """

    def __init__(self, settings: HttpSettings, rules: AddressRules, *, configured: bool, within_s: float = 0.0) -> None:
        self._within_s = within_s
        self._settings = settings
        self._rules = rules
        self._configured = configured
        self._framed = Lines(settings.max_line_bytes, ended=settings.lines_at_once > 1)
        self._opened: _Opened | None = None
        self.at_once = settings.lines_at_once

    def send(self, lines: Sequence[bytes]) -> int:
        """Post lines.  Raises `OSError` if they aren't taken now, `Undeliverable` if they never will be."""
        pieces = [piece for line in lines for piece in self._framed(line.strip(b"\n"))]
        if self.at_once > 1:
            pieces = [b"".join(pieces)]
        for piece in pieces:
            status = self._status(piece)
            if status in _REFUSALS and len(lines) > 1:
                return self.send(lines[:1])  # one of them was meant, and the others are to follow
            if status in _REFUSALS:
                raise Undeliverable(f"status {status}")
            if not 200 <= status < 300:
                raise OSError(f"{self._settings_shown()}: status {status}")
        return len(lines)

    def _settings_shown(self) -> str:
        return self._opened.shown if self._opened is not None else "the receiver"

    def _status(self, body: bytes) -> int:
        """Post a body.  A connection that had waited may have been closed meanwhile: then it is tried once more."""
        if self._opened is not None:
            try:
                return self._opened.post(body, self._within_s)
            except (OSError, http.client.HTTPException):
                self.close()
        try:
            self._opened = _open(self._settings, self._rules, configured=self._configured)
            return self._opened.post(body, self._within_s)
        except http.client.HTTPException as error:
            self.close()
            raise OSError(f"no HTTP: {type(error).__name__}") from error
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None


class _Opened:
    """A connection, with the headers and the path of its URL."""

    def __init__(self, wire: http.client.HTTPConnection, path: str, headers: Sequence[tuple[str, str]]) -> None:
        self._wire = wire
        self._path = path
        self._headers = headers
        self.shown = f"{wire.host} port {wire.port}"

    def post(self, body: bytes, within_s: float) -> int:
        """Post a body.

        Args:
            within_s: how long that may take at all; 0 for any time.

        Returns: the status.  Raises `OSError`, `HTTPException`.
        """
        if self._wire.sock is None:
            raise http.client.NotConnected
        with ended_after(self._wire.sock, within_s):
            return self._post(body)

    def _post(self, body: bytes) -> int:
        self._wire.putrequest("POST", self._path, skip_accept_encoding=True)
        for name, value in self._headers:
            self._wire.putheader(name, value.encode("latin-1"))
        self._wire.putheader("content-length", str(len(body)))
        self._wire.endheaders(body)
        answer = self._wire.getresponse()
        answer.read(_MOST_ANSWER_BYTES)
        if not answer.isclosed():
            self._wire.close()
        return answer.status

    def close(self) -> None:
        """Close it."""
        self._wire.close()


def _open(settings: HttpSettings, rules: AddressRules, *, configured: bool) -> _Opened:
    uri = _followed(settings.uri)
    try:
        check_uri(uri)
        headers = [(name, _followed(value)) for name, value in settings.headers]
        for _, value in headers:
            check_value(value)
    except InvalidRequest as error:
        raise OSError(error.text) from error
    parts, where = urlsplit(uri), endpoint_of(uri)
    wire = http.client.HTTPConnection(where.host, where.port, timeout=_LONGEST_ANSWER_S)
    wire.default_port = 443 if where.kind == TLS else 80  # which the host header leaves out
    # Else it would open another connection by itself, when the receiver has closed this one: without TLS, and to an
    # address that nobody has judged.
    wire.auto_open = 0
    wire.sock = connect(where, settings.tls, rules, configured=configured)
    wire.sock.settimeout(max(settings.write_timeout_s, CONNECT_S) if settings.write_timeout_s else None)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Opened(wire, path, headers)


def _followed(text: str) -> str:
    """A text, or what it refers to.  Raises `OSError`."""
    if text.startswith("file://"):
        with Path(text.removeprefix("file://")).open("rb") as file:
            return file.read(_MOST_REFERENCE_BYTES).decode("utf-8", "replace").strip()
    if text.startswith("env://"):
        name = text.removeprefix("env://")
        if name not in os.environ:
            raise OSError(f"the environment has no variable {name}")
        return os.environ[name]
    return text
