"""Ends what a peer would otherwise drag out: a timeout of a socket begins anew with each byte that comes."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from threading import Timer


@contextlib.contextmanager
def ended_after(opened: socket.socket, seconds: float) -> Iterator[None]:
    """Shut a socket down if the block isn't done in time, which ends whatever waits for it.

    Args:
        seconds: 0 for any time.
    """
    if not seconds:
        yield
        return
    timer = Timer(seconds, _shut_down, (opened,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut_down(opened: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # Of TLS too the connection alone: its own `shutdown` would change what another thread is using.
        socket.socket.shutdown(opened, socket.SHUT_RDWR)
