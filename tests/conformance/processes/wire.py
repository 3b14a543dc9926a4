"""A small HTTP/1.1 client over plain sockets, which shows what came and hides no retry."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

TIMEOUT_S = 60.0
"""What is never answered takes this long to be seen.  Four workers that start on a busy machine can take 20 s."""


class ConnectionBroken(OSError):
    """The server closed or reset the connection before an answer was whole."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a server listens: `host:port`, or the path of a Unix socket, with TLS if there is a context."""

    place: str | Path
    tls: ssl.SSLContext | None = None
    name: str = "127.0.0.1"
    """What the server's certificate has to be for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded; None for an empty one."""
        return json.loads(self.body) if self.body else None

    @property
    def data(self) -> Any:
        """`data` of the envelope."""
        return self.json["data"]


class Connection:
    """One keep-alive connection.  Use it as a context manager or close it."""

    def __init__(self, target: Target | str, timeout_s: float = TIMEOUT_S) -> None:
        if isinstance(target, str):
            target = Target(target)
        self.sock = _connect(target, timeout_s)
        self._buffer = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it."""
        self.sock.close()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request and its answer.

        Args:
            path: below `/v1/`.
            body: sent as JSON unless it is None.

        Raises: `ConnectionBroken`, or `TimeoutError`.
        """
        self.send(request(method, path, body, token, headers))
        return self.read(method)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        try:
            self.sock.sendall(data)
        except TimeoutError:
            raise
        except OSError as error:
            raise ConnectionBroken(str(error)) from error

    def read(self, method: str = "GET") -> Answer:
        """The next answer."""
        while True:
            head = self._until(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            status = int(first.split(" ")[1])
            if status >= 200:
                break
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if method == "HEAD" or status == 204:
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, self._chunks())
        if "content-length" not in headers:
            return Answer(status, headers, self._to_the_end())
        return Answer(status, headers, self._exactly(int(headers["content-length"])))

    def closed_by_server(self, timeout_s: float) -> bool:
        """Whether the server closes the connection within the time, whatever it says before."""
        self.sock.settimeout(timeout_s)
        try:
            while self.sock.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._until(b"\r\n"), 16):
            body += self._exactly(size)
            self._until(b"\r\n")
        self._until(b"\r\n")
        return body

    def _to_the_end(self) -> bytes:
        while True:
            try:
                self._fill()
            except ConnectionBroken:
                found, self._buffer = self._buffer, b""
                return found

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._fill()
        found, _, self._buffer = self._buffer.partition(end)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def _fill(self) -> None:
        try:
            data = self.sock.recv(65536)
        except TimeoutError:
            raise
        except OSError as error:
            raise ConnectionBroken(str(error)) from error
        if not data:
            raise ConnectionBroken("closed by the server")
        self._buffer += data


def request(
    method: str, path: str, body: object = None, token: str = "", headers: Mapping[str, str] | None = None
) -> bytes:
    """The bytes of a request for `/v1/{path}`."""
    content = b"" if body is None else json.dumps(body).encode()
    fields = {"Host": "test", "Content-Length": str(len(content)), **(headers or {})}
    if token:
        fields["X-Vault-Token"] = token
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} /v1/{path} HTTP/1.1\r\n{lines}\r\n".encode() + content


def call(
    target: Target | str,
    method: str,
    path: str,
    body: object = None,
    token: str = "",
    *,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """One request on a connection of its own."""
    with Connection(target, timeout_s) as connection:
        return connection.call(method, path, body, token)


def _connect(target: Target, timeout_s: float) -> socket.socket:
    if isinstance(target.place, Path):
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.settimeout(timeout_s)
            sock.connect(str(target.place))
        except OSError:
            sock.close()
            raise
    else:
        host, _, port = target.place.rpartition(":")
        sock = socket.create_connection((host, int(port)), timeout_s)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if target.tls is None:
        return sock
    try:
        return target.tls.wrap_socket(sock, server_hostname=target.name)
    except OSError:
        sock.close()
        raise
