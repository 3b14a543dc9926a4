"""The supervisor's end of a socket to one of its processes: it waits for none of them."""

from __future__ import annotations

import contextlib
import socket
from typing import Any, Generic

from strongroom.server.messages.framing import MAX_MESSAGE_BYTES, Framing, Message, T, pack

_RECEIVE_BYTES = 65536
_MOST_UNSENT_BYTES = 2 * MAX_MESSAGE_BYTES
"""Of a process that doesn't read: it hangs, and will be replaced."""


class Channel(Generic[T]):
    """One such end.

    Args:
        sock: doesn't block.
        kinds: what comes from there.
    """

    def __init__(self, sock: socket.socket, kinds: Any) -> None:
        self.sock = sock
        self._framing: Framing[T] = Framing(kinds)
        self._unsent = bytearray()

    def send(self, message: Message) -> None:
        """Send as much as goes now, the rest with `flush`.  Raises `OSError` when nobody is there, or nobody reads."""
        self._unsent += pack(message)
        if len(self._unsent) > _MOST_UNSENT_BYTES:
            raise OSError("it reads nothing")
        self.flush()

    def flush(self) -> None:
        """Send more of what didn't go yet.  Raises `OSError` when nobody is there."""
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                del self._unsent[: self.sock.send(self._unsent)]

    def receive(self) -> list[T] | None:
        """What has come; None when no more will come.  Raises `Garbled`."""
        try:
            data = self.sock.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return self._framing.feed(data) if data else None
