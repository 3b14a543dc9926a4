"""One connection to a peer, which may read slowly, not at all, or have gone."""

from __future__ import annotations

import array
import contextlib
import errno
import fcntl
import os
import select
import socket
import ssl
import termios
import time
from typing import Final

_TICK_MS: Final = 500
_FIRST_PAUSE_S: Final = 0.0002
_LONGEST_PAUSE_S: Final = 0.05
_UNANSWERED: Final = 2
"""How many packets in a row a living peer may leave unanswered."""
_RETRANSMITS, _PROBES, _INFO_BYTES = 2, 3, 8
"""Where the kernel tells of them.  Source: tcp(7), TCP_INFO; struct tcp_info of linux/tcp.h"""
_WANTS: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class PeerClosed(ConnectionError):
    """The peer has closed the connection."""


class Connection:
    """A connected stream socket.

    A peer that is there but doesn't read is waited for, however long: another connection to it would only bring the
    same lines twice.  A peer that doesn't answer the kernel any more is given up.

    Args:
        silence_s: how long it may not answer; 0 for as long as the kernel has patience. within_s: how long one call
            may take at all; 0 for any time.
    """

    def __init__(self, opened: socket.socket, silence_s: float, within_s: float = 0.0) -> None:
        opened.setblocking(False)
        self._socket = opened
        self._silence_s = silence_s
        self._within_s = within_s
        self._tells_answers = opened.family != socket.AF_UNIX
        self._poll = select.poll()
        self._left = 0
        self._since = self._begun = 0.0

    @property
    def keeps_unread(self) -> bool:
        """Whether the peer's kernel may have taken what its program hasn't read, which is lost if the program ends."""
        return self._tells_answers

    def has_ended(self) -> bool:
        """Whether the peer has closed it in order, having read all.  Raises `OSError` if it was broken off.

        Systems break a connection off when its program leaves something unread.
        """
        try:
            self._heed()
        except PeerClosed:
            return True
        return False

    def deliver(self, data: bytes) -> None:
        """Write everything, and wait until the peer's kernel has it; of a Unix socket, until its program has.

        Raises: `OSError`: nobody knows how much of it arrived.
        """
        self._begun = self._since = time.monotonic()
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
                self._since = time.monotonic()
            except _WANTS:
                self._wait(select.POLLOUT, _TICK_MS)
        pause_s = _FIRST_PAUSE_S
        while self._unsettled():
            # The kernel doesn't wake who waits for an answer.
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            self._wait(0, 0)

    def _unsettled(self) -> int:
        """The bytes that the peer has not confirmed."""
        left = array.array("i", [0])
        fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, left)
        return left[0]

    def _wait(self, events: int, milliseconds: int) -> None:
        """Wait for an event, and see what became of the peer.  Raises `OSError` if it has gone."""
        self._poll.register(self._socket.fileno(), events | select.POLLIN)
        for _, found in self._poll.poll(milliseconds):
            if found & ~select.POLLOUT:
                self._heed()
        now, left = time.monotonic(), self._unsettled()
        if left != self._left:
            self._left, self._since = left, now
        if self._silence_s and now - self._since > self._silence_s and self._is_silent():
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        if self._within_s and now - self._begun > self._within_s:
            raise OSError(errno.ETIMEDOUT, "the peer does not read")

    def _is_silent(self) -> bool:
        """Whether the peer leaves the kernel's packets unanswered, also those that ask whether it can take more."""
        if not self._tells_answers:
            return False
        told = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
        return max(told[_RETRANSMITS], told[_PROBES]) >= _UNANSWERED

    def _heed(self) -> None:
        """Throw away what the peer says.  Raises `PeerClosed`, `OSError`."""
        try:
            if not self._socket.recv(65536):
                raise PeerClosed(errno.ECONNRESET, "the peer has closed the connection")
        except _WANTS:
            return

    def close(self) -> None:
        """Close it, and say so where TLS has a word for it."""
        if isinstance(self._socket, ssl.SSLSocket):
            with contextlib.suppress(OSError, ValueError):
                self._socket.unwrap()
        self._socket.close()
