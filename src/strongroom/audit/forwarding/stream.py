"""A target that is reached by a connection: TCP, TLS, or a Unix socket."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from strongroom.audit.forwarding.connection import Connection
from strongroom.audit.outgoing.frames import Framing

_AT_ONCE: Final = 256
UNREAD_BYTES: Final = 8 * 1024 * 1024
"""How much a peer's kernel keeps for a program that doesn't read: on Linux 6 MiB.  Source: tcp(7), tcp_rmem"""


class Stream:
    """Lines for one peer.

    What the peer's kernel has confirmed counts as delivered.  The lines that its program may not have read are kept in
    memory; if the connection is broken off, they are sent again to the next one.  Twice is better than never: readers
    know a line by its writer and its number in the chain.

    Args:
        connect: opens a connection.  Raises `OSError`.
    """

    at_once = _AT_ONCE

    def __init__(self, connect: Callable[[], Connection], framed: Framing) -> None:
        self._connect = connect
        self._framed = framed
        self._connection: Connection | None = None
        self._unread: deque[bytes] = deque()
        self._unread_bytes = 0

    def send(self, lines: Sequence[bytes]) -> int:
        """Deliver lines.  Raises `OSError` if the peer can't be reached, or went away meanwhile."""
        data = [b"".join(self._framed(line.strip(b"\n"))) for line in lines]
        try:
            connection = self._ready()
            connection.deliver(b"".join(data))
        except OSError:
            self.close()
            raise
        if connection.keeps_unread:
            self._keep(data)
        return len(lines)

    def _ready(self) -> Connection:
        """A connection whose peer has what was sent before."""
        if self._connection is not None and self._has_ended(self._connection):
            self.close()
        if self._connection is None:
            self._connection = self._connect()
            if self._unread:
                self._connection.deliver(b"".join(self._unread))
        return self._connection

    def _has_ended(self, connection: Connection) -> bool:
        """Whether there has to be another connection."""
        try:
            ended = connection.has_ended()
        except OSError:  # broken off, perhaps while nothing was sent: what follows is a new connection
            return True
        if ended:
            self._unread.clear()
            self._unread_bytes = 0
        return ended

    def _keep(self, data: Sequence[bytes]) -> None:
        self._unread += data
        self._unread_bytes += sum(map(len, data))
        while self._unread_bytes > UNREAD_BYTES and len(self._unread) > 1:
            self._unread_bytes -= len(self._unread.popleft())

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
