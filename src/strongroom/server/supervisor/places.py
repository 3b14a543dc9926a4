"""Stops and resumes the listening sockets of an empty place.

The kernel distributes connections over all sockets that listen on a port.  Connections of a socket without a worker
would wait until there is one.  A TCP socket that is shut down gets none, and keeps its address.
"""

from __future__ import annotations

import contextlib
import socket

from strongroom.http.sockets import BACKLOG


def close(sockets: list[list[socket.socket]], slot: int, served: set[int]) -> None:
    """Let the other sockets get the new connections.

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
            with contextlib.suppress(OSError):  # its connections wait then, as before
                sock.shutdown(socket.SHUT_RD)


def open_(sockets: list[socket.socket]) -> None:
    """Let these sockets get connections again.  Raises `OSError`."""
    for sock in sockets:
        if not listens(sock):
            sock.listen(BACKLOG)


def listens(sock: socket.socket) -> bool:
    """Whether it takes connections."""
    return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
