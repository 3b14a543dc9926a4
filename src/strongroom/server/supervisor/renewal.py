"""Gives the supervisor new memory after sealing, by executing its program again.

The supervisor of a sealed node had shares and the root key in its memory.  Python can't wipe them, but the kernel gives
a process that calls `execve` an empty address space.  Process id, command line and listening sockets stay: service
managers and waiting clients notice nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from dataclasses import dataclass
from typing import NoReturn

import msgspec

from strongroom.http.sockets import adopt
from strongroom.server.build import Build
from strongroom.server.diagnostics.signals import ASKED
from strongroom.server.sources import Sources
from strongroom.server.supervisor import places

_VARIABLE = "STRONGROOM_RENEWED_FROM"
DEFERRED = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD}) | ASKED
"""Signals that are blocked while nothing handles them."""


class Renewed(msgspec.Struct, frozen=True):
    """The state that the new image of the process gets."""

    sources: Sources
    """The node's present configuration.  Sealing must not apply another one, or fail because of it."""
    descriptors: list[list[int]]
    """The listening sockets of each worker."""
    build: Build
    """What the process ran before."""


def renew(sources: Sources, sockets: list[list[socket.socket]], running: Build) -> NoReturn:
    """Execute this program again.  No worker may be left.  Raises `OSError` when the program can't be executed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, DEFERRED)
    state = Renewed(sources, [[sock.fileno() for sock in row] for row in sockets], running)
    for row in sockets:
        places.open_(row)  # of another build's places some may be out of use
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


@dataclass(frozen=True, slots=True)
class Taken:
    """What this image of the process goes on with."""

    sources: Sources
    sockets: list[list[socket.socket]]
    build: Build
    """What the image before was of."""


class NotTakenOver(Exception):
    """Another build of the package can't go on with what this process was; the text says what to do."""


def take_over(running: Build) -> Taken | None:
    """The state that `renew` left; None in a process that wasn't started by `renew`.

    Every worker and every process beside them ended before, so none is of another build than this one.

    Raises: `NotTakenOver` when another build left it, in a form that this one doesn't know.
    """
    text = os.environ.pop(_VARIABLE, "")
    if not text.isdecimal():
        return None
    with os.fdopen(int(text), "rb") as file:
        file.seek(0)
        try:
            state = msgspec.msgpack.decode(file.read(), type=Renewed)
        except msgspec.MsgspecError as error:
            raise NotTakenOver(
                f"the package was replaced by version {running.version} before the server was sealed, and this version "
                "cannot go on from the one before: start the server"
            ) from error
    # Workers share a Unix socket: one descriptor, which one object has to own.
    sockets = {number: adopt(number) for number in {number for row in state.descriptors for number in row}}
    for sock in sockets.values():
        sock.set_inheritable(False)
    return Taken(state.sources, [[sockets[number] for number in row] for row in state.descriptors], state.build)
