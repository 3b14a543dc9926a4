"""Gives the supervisor new memory after sealing, by executing itself anew.

The supervisor of a sealed node has held shares and the root key.  Python can't wipe them, but the kernel gives a
process that calls `execve` an empty address space.  Process id, command line and listening sockets stay: service
managers and waiting clients notice nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import NoReturn

import msgspec

from strongroom.http.sockets import adopt
from strongroom.server.sources import Sources

_VARIABLE = "STRONGROOM_RENEWED_FROM"
DEFERRED = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD})
"""Wait while there is nobody to handle them."""


class Renewed(msgspec.Struct, frozen=True):
    """What the new image of the process goes on with."""

    sources: Sources
    """The configuration that the node ran by: sealing is no occasion to apply, or fail at, another one."""
    descriptors: list[list[int]]
    """The listening sockets of each worker."""


def renew(sources: Sources, sockets: list[list[socket.socket]]) -> NoReturn:
    """Execute this program again.  No worker may be left.  Raises `OSError` when the program can't be executed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, DEFERRED)
    state = Renewed(sources, [[sock.fileno() for sock in row] for row in sockets])
    for row in sockets:
        for sock in row:
            sock.set_inheritable(True)
    # A file without a name, in memory: a configuration may hold passwords.
    descriptor = os.memfd_create("strongroom", 0)
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        file.write(msgspec.msgpack.encode(state))
    os.environ[_VARIABLE] = str(descriptor)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the command line that started this process


def take_over() -> tuple[Sources, list[list[socket.socket]]] | None:
    """What `renew` left; None in a process that was started by others."""
    text = os.environ.pop(_VARIABLE, "")
    if not text.isdecimal():
        return None
    with os.fdopen(int(text), "rb") as file:
        file.seek(0)
        state = msgspec.msgpack.decode(file.read(), type=Renewed)
    # Workers share a Unix socket: one descriptor, which one object has to own.
    sockets = {number: adopt(number) for number in {number for row in state.descriptors for number in row}}
    for sock in sockets.values():
        sock.set_inheritable(False)
    return state.sources, [[sockets[number] for number in row] for row in state.descriptors]
