"""The process that has loaded our program and forks for each start of it.

It is asked over connections, one for each start.  It answers with the fork's process id and, at its end, with its exit
status.  A connection that is closed before that ends the fork, so that none outlives who asked for it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import marshal
import os
import pkgutil
import selectors
import signal
import socket
import struct
import sys
import time
from dataclasses import dataclass

from tests.conformance.loaded import children
from tests.conformance.loaded.likeness import alike, take_on

MESSAGE_BYTES = 1 << 20
REFUSED = b"0"
_CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True)
class Asked:
    """A start that somebody asked for.

    Attributes:
        by: the process that asks.
        words: of the command line, the program's name among them.
        descriptors: of standard input and both outputs.
    """

    by: int
    words: list[str]
    environment: dict[str, str]
    directory: bytes
    descriptors: list[int]


class Forks:
    """The forks of this process, and the connections of those who asked for them.

    Args:
        life: which is closed when this process is to end.
        listener: for connections.
    """

    def __init__(self, life: socket.socket, listener: socket.socket) -> None:
        self._life, self._listener = life, listener
        self._selector = selectors.DefaultSelector()
        self._connections: dict[socket.socket, int] = {}
        """And the process id of the fork for each; 0 before it is asked for."""
        self._running: dict[int, int] = {}
        """Process ids by descriptors that tell of their end."""
        for waited_for in (life, listener):
            self._selector.register(waited_for, selectors.EVENT_READ)

    def next(self) -> Asked | None:
        """Fork whenever it is asked for.  In a fork, what was asked for; otherwise None, at the end."""
        while True:
            for key, _ in self._selector.select():
                match key.fileobj:
                    case int() as descriptor:
                        self._ended(descriptor)
                    case self._life:
                        self._end()
                        return None
                    case self._listener:
                        connection, _ = self._listener.accept()
                        self._connections[connection] = 0
                        self._selector.register(connection, selectors.EVENT_READ)
                    case socket.socket() as connection if connection in self._connections:
                        if asked := self._heard(connection):
                            return asked

    def _heard(self, connection: socket.socket) -> Asked | None:
        message, descriptors = b"", list[int]()
        with contextlib.suppress(OSError):  # who asked has ended without reading the answer
            message, descriptors, _, _ = socket.recv_fds(connection, MESSAGE_BYTES, 3)
        if not message:
            self._left(connection)
            return None
        by = _CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))[0]
        words, environment, directory = marshal.loads(message)
        decoded = {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()}
        asked = Asked(by, words, decoded, directory, descriptors)
        if not alike(by, asked.environment):
            with contextlib.suppress(OSError):
                connection.send(REFUSED)
        elif pid := os.fork():
            self._connections[connection] = pid
            descriptor = os.pidfd_open(pid)
            self._running[descriptor] = pid
            self._selector.register(descriptor, selectors.EVENT_READ)
        else:
            os.setsid()
            # By now it can be sent signals, with its children.
            connection.send(str(os.getpid()).encode())
            self._close()
            return asked
        for received in descriptors:
            os.close(received)
        return None

    def _left(self, connection: socket.socket) -> None:
        if pid := self._connections.pop(connection):
            _kill(pid)
        self._selector.unregister(connection)
        connection.close()

    def _ended(self, descriptor: int) -> None:
        pid = self._running.pop(descriptor)
        self._selector.unregister(descriptor)
        os.close(descriptor)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        for connection in [asked for asked, answered in self._connections.items() if answered == pid]:
            with contextlib.suppress(OSError):  # who asked has just ended
                connection.send(str(status).encode())
            self._connections[connection] = 0
            self._left(connection)

    def _end(self) -> None:
        for pid in self._running.values():
            _kill(pid)
        self._close()

    def _close(self) -> None:
        self._selector.close()
        for connection in (*self._connections, self._life, self._listener):
            connection.close()
        for descriptor in self._running:
            os.close(descriptor)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def load() -> None:
    """Import all that commands and servers import."""
    gc.disable()
    for name in ("strongroom.server.dev.server", "strongroom.server.main"):
        importlib.import_module(name)
    for name in ("strongroom.cli", "strongroom.client", "strongroom.agent"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    gc.freeze()
    gc.enable()


def become(asked: Asked) -> None:
    """Make this process what the interpreter would be when it begins with the program."""
    take_on(asked.by)
    os.environ.clear()
    os.environ.update(asked.environment)
    time.tzset()
    os.chdir(asked.directory)
    sys.argv[:] = asked.words
    sys.orig_argv[:] = [sys.executable, *asked.words]
    for number, descriptor in enumerate(asked.descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = os.fdopen(0, "r", closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)


def _main() -> None:
    life, listener = (socket.socket(fileno=int(word)) for word in sys.argv[1:3])
    sys.path[0] = sys.argv[3]
    load()
    asked = Forks(life, listener).next()
    if asked is None:
        return
    become(asked)
    from strongroom.cli.main import main

    children.install()
    children.end(main())


if __name__ == "__main__":
    _main()
