"""Parses the first TLS message of a client, before OpenSSL gets it (pure).

OpenSSL chooses the certificate before it reports the protocols that the client offers.  But only clients that ask for
it by protocol may get a proof within TLS.

Source: RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3, RFC 7301 section 3.1
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_HANDSHAKE = 22
_CLIENT_HELLO = 1
_SERVER_NAME = 0
_PROTOCOLS = 16
_HOST_NAME = 0
MAX_BYTES = 16 * 1024
_MAX_RECORDS = 8
"""No certificate authority sends more of either, and reading a longer message again and again would take ever
longer.
"""


@dataclass(frozen=True, slots=True)
class ClientHello:
    """The two extensions that a certificate is chosen by."""

    server_name: str = ""
    """In lower case; empty without one."""
    protocols: tuple[bytes, ...] = ()


class _Malformed(Exception):
    pass


class _Bytes:
    """Reads bytes from the front.  Missing bytes mean a malformed message."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __len__(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise _Malformed
        self._at += count
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> _Bytes:
        """The bytes after their own length, which has `size` bytes."""
        return _Bytes(self.take(self.number(size)))


def read_client_hello(data: bytes) -> ClientHello | None:
    """The first message of a connection.

    Returns: None if the message isn't complete.  Any other message reads as an empty one, because OpenSSL refuses it
    correctly.
    """
    try:
        message = _message(data)
        if message is None:
            return None if len(data) < MAX_BYTES else ClientHello()
        return _read(message)
    except _Malformed:
        return ClientHello()


def _message(data: bytes) -> bytes | None:
    """The first handshake message, which may span records; None if it isn't complete."""
    joined = b""
    at = records = 0
    while at < len(data):
        records += 1
        if data[at] != _HANDSHAKE or records > _MAX_RECORDS:
            raise _Malformed
        length = int.from_bytes(data[at + 3 : at + 5], "big")
        joined += data[at + 5 : at + 5 + length]
        if joined and joined[0] != _CLIENT_HELLO:
            raise _Malformed
        if len(joined) >= 4 and len(joined) >= 4 + int.from_bytes(joined[1:4], "big"):
            return joined
        at += 5 + length
    return None


def _read(message: bytes) -> ClientHello:
    body = _Bytes(message[4 : 4 + int.from_bytes(message[1:4], "big")])
    body.take(2 + 32)  # version and random
    body.vector(1)  # session
    body.vector(2)  # cipher suites
    body.vector(1)  # compression
    name = ""
    protocols: tuple[bytes, ...] = ()
    for kind, content in _extensions(body):
        if kind == _SERVER_NAME:
            name = _name(content)
        elif kind == _PROTOCOLS:
            protocols = tuple(_protocols(content))
    return ClientHello(name, protocols)


def _extensions(body: _Bytes) -> Iterator[tuple[int, _Bytes]]:
    if not body:
        return
    extensions = body.vector(2)
    while extensions:
        kind = extensions.number(2)
        yield kind, extensions.vector(2)


def _name(content: _Bytes) -> str:
    names = content.vector(2)
    while names:
        kind, name = names.number(1), names.vector(2)
        if kind == _HOST_NAME:
            return name.take(len(name)).decode("ascii", "replace").lower()
    return ""


def _protocols(content: _Bytes) -> Iterator[bytes]:
    offered = content.vector(2)
    while offered:
        name = offered.vector(1)
        yield name.take(len(name))
