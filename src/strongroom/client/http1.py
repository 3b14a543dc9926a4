"""HTTP/1.1 as a client needs it: the bytes of a request, and the response of a stream that is waited for.

The standard library's `http.client` takes longer to import than a whole command takes to run.
Source: RFC 9112.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from strongroom.client.response_reader import ProtocolError, ResponseReader

__all__ = ["Channel", "ProtocolError", "Response", "encode_request"]

_BLOCK_BYTES = 64 * 1024
MOST_WHOLE_BYTES = 256 * 1024 * 1024
"""Of a body that is read into memory at once; many times what the longest listing has."""
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""What a header's name is made of.  Source: RFC 9110, section 5.6.2."""


class Channel(Protocol):
    """A connected stream; a socket, plain or TLS."""

    def sendall(self, data: bytes, /) -> None:
        """Write all of `data`."""
        ...

    def recv(self, size: int, /) -> bytes:
        """At most `size` bytes, or none at the end of the stream."""
        ...


def encode_request(
    method: str, target: str, headers: Mapping[str, str], body: bytes | None, *, keep_open: bool = False
) -> bytes:
    """A request's bytes.

    Args:
        keep_open: whether the connection is to stay open for another request.

    Raises: `ValueError` when a header's name or value could end the header early.
    """
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in headers.items():
        if not name or not all(letter in _TOKEN for letter in name):
            raise ValueError(f'net/http: invalid header field name "{name}"')
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
            raise ValueError(f'net/http: invalid header field value for "{name}"')
        lines.append(f"{name}: {value}")
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    if not keep_open:
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
        self._reader = reader = ResponseReader(method)
        while not reader.started:
            reader.receive(channel.recv(_BLOCK_BYTES))
        self.status = reader.status
        self.headers = reader.headers

    def blocks(self) -> Iterator[bytes]:
        """The body, in pieces as they come.  Raises `ProtocolError` when it ends too early."""
        reader = self._reader
        while True:
            if block := reader.take():
                yield block
            elif reader.ended:
                return
            else:
                reader.receive(self._channel.recv(_BLOCK_BYTES))

    def body(self) -> bytes:
        """The whole body.  Raises `ProtocolError` when it is longer than `MOST_WHOLE_BYTES`."""
        found: list[bytes] = []
        length = 0
        for block in self.blocks():
            found.append(block)
            length += len(block)
            if length > MOST_WHOLE_BYTES:
                raise ProtocolError(f"the response is longer than {MOST_WHOLE_BYTES} bytes")
        return b"".join(found)
