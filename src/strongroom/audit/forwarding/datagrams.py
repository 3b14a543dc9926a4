"""A target that gets single datagrams: UDP, or a Unix socket such as that of this machine's syslog."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Sequence
from typing import Final

from strongroom.audit.forwarding.target import Undeliverable
from strongroom.audit.outgoing.frames import Framing

_AT_ONCE: Final = 256


class Datagrams:
    """Lines for one receiver.  By UDP, nobody knows whether they arrive.

    Args:
        connect: opens a socket.  Raises `OSError`.
        timeout_s: how long a receiver with a full queue is waited for; 0 for any time.
    """

    at_once = _AT_ONCE

    def __init__(self, connect: Callable[[], socket.socket], framed: Framing, timeout_s: float) -> None:
        self._connect = connect
        self._framed = framed
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None

    def send(self, lines: Sequence[bytes]) -> int:
        """Send lines.  Raises `OSError`, as while nobody listens; `Undeliverable` for one that is too long."""
        sent = 0
        try:
            opened = self._ready()
            for line in lines:
                for piece in self._framed(line.strip(b"\n")):
                    opened.send(piece)
                sent += 1
            self._look(opened)
        except OSError as error:
            if error.errno == errno.EMSGSIZE and sent:
                return sent
            if error.errno == errno.EMSGSIZE:
                raise Undeliverable("it is longer than a datagram may be here: set max_line") from error
            self.close()
            raise
        return sent

    def _ready(self) -> socket.socket:
        if self._socket is None:
            self._socket = self._connect()
            self._socket.settimeout(self._timeout_s or None)
        return self._socket

    def _look(self, opened: socket.socket) -> None:
        """Raise `OSError` if the network has said meanwhile that nobody listens."""
        if number := opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(number, os.strerror(number))

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
