"""A TCP proxy between two regions that can be cut or made slow, in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType


class Switch:
    """Passes bytes on to a port of this machine, until it is cut.

    Attributes:
        port: where it listens.
        bytes_per_s: how much it lets pass on each connection; 0 for all.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self.bytes_per_s = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._cut = False
        self._copying: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """End all connections, and accept none that gets further."""
        with self._lock:
            self._cut = True
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Pass everything on from now on."""
        with self._lock:
            self._cut = False

    def __enter__(self) -> Switch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cut()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in (self._accepting, *self._copying):
            thread.join(10)
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # it was closed
                return
            with self._lock:
                refused = self._cut
            server = None if refused else self._connected()
            if server is None:
                client.close()
                continue
            with self._lock:
                self._open += [client, server]
                if self._cut:  # meanwhile
                    for one in (client, server):
                        one.shutdown(socket.SHUT_RDWR)
            for source, target in ((client, server), (server, client)):
                copying = threading.Thread(target=self._copy, args=(source, target), daemon=True)
                self._copying.append(copying)
                copying.start()

    def _connected(self) -> socket.socket | None:
        try:
            return socket.create_connection(("127.0.0.1", self._server_port), 5)
        except OSError:
            return None

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
                if self.bytes_per_s:
                    time.sleep(len(data) / self.bytes_per_s)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
