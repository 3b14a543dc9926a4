"""Takes the listening sockets of an empty place out of use, and back into it.

The kernel spreads connections over all sockets that listen on a port.  Those that it gives to a socket that nobody
serves would wait until a worker is there; a TCP socket that is shut down is given none, and keeps its address.
"""

from __future__ import annotations

import contextlib
import socket

from strongroom.http.sockets import BACKLOG


def close(sockets: list[list[socket.socket]], slot: int, served: set[int]) -> None:
    """Have others take the connections to come.

    Args:
        sockets: for each place, one for each listener.
        slot: the empty place.
        served: the places where a worker is; without any, connections wait.
    """
    if not served:
        return
    for sock in sockets[slot]:
        # A Unix socket is shared by all places.
        if sock.family != socket.AF_UNIX and listens(sock):
            with contextlib.suppress(OSError):  # it waits in vain then, as before
                sock.shutdown(socket.SHUT_RD)


def open_(sockets: list[socket.socket]) -> None:
    """Have these take connections again.  Raises `OSError`."""
    for sock in sockets:
        if not listens(sock):
            sock.listen(BACKLOG)


def listens(sock: socket.socket) -> bool:
    """Whether it takes connections."""
    return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
