"""A directory whose answers a test decides, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

BIND, SEARCH, EXTENDED, UNBIND = 0x60, 0x63, 0x77, 0x42
SUCCESS = bytes.fromhex("0a0100 0400 0400")

Answers = Callable[["Asked", socket.socket], None]
"""Writes the answer to a request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        operation: its tag. id: of the message. whole: all of its bytes.
    """

    operation: int
    id: int
    whole: bytes

    def answer(self, tag: int, content: bytes) -> bytes:
        """A message in answer to it."""
        return ber(0x30, ber(2, bytes((self.id,))) + ber(tag, content))


@dataclass(slots=True)
class Hostile:
    """The server.

    Attributes:
        asked: what it was asked so far.
    """

    port: int
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"ldap://localhost:{self.port}"

    @property
    def operations(self) -> list[int]:
        """The tags of what it was asked."""
        return [each.operation for each in self.asked]


def ber(tag: int, content: bytes) -> bytes:
    """An element of ASN.1."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def entry(dn: str, **attributes: list[str]) -> bytes:
    """The content of a `SearchResultEntry`."""
    kept = [
        ber(0x30, ber(4, name.encode()) + ber(0x31, b"".join(ber(4, value.encode()) for value in values)))
        for name, values in attributes.items()
    ]
    return ber(4, dn.encode()) + ber(0x30, b"".join(kept))


@contextlib.contextmanager
def hostile_directory(answers: Answers) -> Iterator[Hostile]:
    """Run it until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Hostile(listener.getsockname()[1])

        def serve(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError, IndexError):
                while asked := _next(connection):
                    server.asked.append(asked)
                    answers(asked, connection)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server


def _next(connection: socket.socket) -> Asked | None:
    """The next request; its identifiers are short ones, because nobody asks much of it."""
    head = connection.recv(2, socket.MSG_WAITALL)
    if len(head) < 2:
        return None
    size = head[1]
    if size & 0x80:
        size = int.from_bytes(connection.recv(size & 0x7F, socket.MSG_WAITALL), "big")
    whole = connection.recv(size, socket.MSG_WAITALL)
    return Asked(whole[3], whole[2], whole)
