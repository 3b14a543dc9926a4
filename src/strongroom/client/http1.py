"""HTTP/1.1 as a client needs it: one request, one response, then the connection closes.

The standard library's `http.client` takes longer to import than a whole command takes to run.
Source: RFC 9112.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

_HEAD_LIMIT_BYTES = 256 * 1024
_BLOCK_BYTES = 64 * 1024
_BODILESS = (204, 304)
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""What a header's name is made of.  Source: RFC 9110, section 5.6.2."""


class ProtocolError(Exception):
    """The other end doesn't speak HTTP/1.1, or stopped in the middle."""


class Channel(Protocol):
    """A connected stream; a socket, plain or TLS."""

    def sendall(self, data: bytes, /) -> None:
        """Write all of `data`."""
        ...

    def recv(self, size: int, /) -> bytes:
        """At most `size` bytes, or none at the end of the stream."""
        ...


def encode_request(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """A request's bytes.  Raises `ValueError` when a header's name or value could end the header early."""
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in headers.items():
        if not name or not all(letter in _TOKEN for letter in name):
            raise ValueError(f'net/http: invalid header field name "{name}"')
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
            raise ValueError(f'net/http: invalid header field value for "{name}"')
        lines.append(f"{name}: {value}")
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + (body or b"")


class Response:
    """A response whose head was read; the body is read as it is asked for.

    Args:
        channel: where the response comes from.
        method: the request's verb; an answer to `HEAD` has no body.

    Raises: `ProtocolError` when what comes is no HTTP/1.1 response.
    """

    def __init__(self, channel: Channel, method: str) -> None:
        self._channel = channel
        self._buffer = bytearray()
        self.status, self.headers = self._head()
        while self.status in range(100, 200):
            self.status, self.headers = self._head()
        self._empty = method == "HEAD" or self.status in _BODILESS

    def _fill(self) -> bool:
        block = self._channel.recv(_BLOCK_BYTES)
        self._buffer += block
        return bool(block)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _HEAD_LIMIT_BYTES:
                raise ProtocolError("a line of the response is too long")
            if not self._fill():
                raise ProtocolError("EOF" if not self._buffer else "unexpected EOF")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r")

    def _head(self) -> tuple[int, dict[str, str]]:
        start = self._line()
        words = start.split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit() or len(words[1]) != 3:
            raise ProtocolError(f'malformed HTTP response "{start[:60].decode("ascii", "backslashreplace")}"')
        headers: dict[str, str] = {}
        size = 0
        while line := self._line():
            size += len(line)
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or size > _HEAD_LIMIT_BYTES:
                raise ProtocolError("malformed header in the response")
            headers[name.lower()] = value.strip()
        return int(words[1]), headers

    def _take(self, size: int) -> Iterator[bytes]:
        while size:
            if not self._buffer and not self._fill():
                raise ProtocolError("unexpected EOF")
            block = bytes(self._buffer[:size])
            del self._buffer[:size]
            size -= len(block)
            yield block

    def _chunks(self) -> Iterator[bytes]:
        while True:
            text = self._line().split(b";")[0].strip()
            try:
                size = int(text, 16)
            except ValueError:
                raise ProtocolError("malformed chunk in the response") from None
            if size == 0:
                while self._line():
                    continue
                return
            yield from self._take(size)
            if self._line():
                raise ProtocolError("malformed chunk in the response")

    def blocks(self) -> Iterator[bytes]:
        """The body, in pieces as they come.  Raises `ProtocolError` when it ends too early."""
        length = self.headers.get("content-length")
        if self._empty:
            return
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            yield from self._chunks()
        elif length is not None:
            if not length.isdigit():
                raise ProtocolError("malformed Content-Length in the response")
            yield from self._take(int(length))
        else:
            while self._buffer or self._fill():
                block = bytes(self._buffer)
                self._buffer.clear()
                yield block

    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.blocks())
