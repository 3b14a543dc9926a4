"""Carries one connection, with TLS or without: the LDAP library gets one end of a pair of sockets, a thread the other.

The library takes messages of any length into memory before it shows anything of them, so that a directory could make
the process as big as it likes.  Here what comes is counted, and only whole messages are handed on that it bears.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading

from strongroom.lib.ldap.messages import Messages

MOST_RECEIVED_BYTES = 48 * 1024 * 1024
"""Of one connection: three times what is taken of a search's answer."""
_PIECE = 64 * 1024


def begin_tls(connection: socket.socket, context: ssl.SSLContext, host: str) -> socket.socket:
    """Do the handshake, within the time limit of the connection.

    Returns: a socket that speaks plainly.  Closing it closes the connection.

    Raises: `OSError`, of which `ssl.SSLError` is one.
    """
    return carried(context.wrap_socket(connection, server_hostname=host))


def carried(connection: socket.socket, most_bytes: int = MOST_RECEIVED_BYTES) -> socket.socket:
    """A socket whose other end is the directory.  Closing it closes the connection; so does too much that comes."""
    connection.setblocking(False)
    ours, inner = socket.socketpair()
    inner.setblocking(False)
    tunnel = _Tunnel(connection, inner, most_bytes)
    threading.Thread(target=tunnel.run, name="directory tunnel", daemon=True).start()
    return ours


class _Tunnel:
    def __init__(self, outer: socket.socket, inner: socket.socket, most_bytes: int) -> None:
        self._outer = outer
        self._inner = inner
        self._left_bytes = most_bytes
        self._messages = Messages()
        self._out = b""
        """For the directory."""
        self._in = b""
        """For the library."""

    def run(self) -> None:
        """Carry bytes both ways until either side ends."""
        with self._outer, self._inner, contextlib.suppress(OSError, EOFError):
            while True:
                # What TLS has decrypted already isn't seen by `poll`, so reading comes before waiting.
                self._to_library()
                self._to_directory()
                self._wait()

    def _wait(self) -> None:
        """Raises `EOFError` if nobody is left who would read."""
        poll = select.poll()
        if not self._in:
            poll.register(self._outer, select.POLLIN | (select.POLLOUT if self._out else 0))
        elif self._out:
            poll.register(self._outer, select.POLLOUT)
        inner = (select.POLLOUT if self._in else 0) | (0 if self._out else select.POLLIN)
        poll.register(self._inner, inner)
        for descriptor, events in poll.poll():
            if descriptor == self._inner.fileno() and events & select.POLLHUP and self._out:
                raise EOFError  # the library has given up on a directory that doesn't read

    def _to_library(self) -> None:
        while True:
            try:
                if not self._in:
                    piece = self._outer.recv(_PIECE)
                    self._left_bytes -= len(piece)
                    if not piece or self._left_bytes < 0:
                        raise EOFError
                    self._in = self._messages.take(piece)
                if self._in:  # an empty one would be an end
                    self._in = self._in[self._inner.send(self._in) :]
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
                return

    def _to_directory(self) -> None:
        while True:
            try:
                if not self._out and not (piece := self._inner.recv(_PIECE)):
                    raise EOFError
                self._out = self._out or piece
                self._out = self._out[self._outer.send(self._out) :]
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
                return
