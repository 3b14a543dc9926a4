"""A TCP proxy that lets a part of each answer through, and then is gone, as a server that is killed."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class BreakingOff:
    """Passes one question after the other on, and so many bytes of each answer.  Use it as a context manager.

    Args:
        server_port: of a server on the loopback interface.
        most_bytes: of an answer, its head among them.

    Attributes:
        port: where it listens.
        broken: how many answers had more.
    """

    def __init__(self, server_port: int, most_bytes: int) -> None:
        self._there = server_port
        self._most_bytes = most_bytes
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port: int = self._listener.getsockname()[1]
        self.broken = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # it is closed
            while True:
                client, _ = self._listener.accept()
                with client, socket.create_connection(("127.0.0.1", self._there)) as server:
                    server.sendall(client.recv(65536))
                    self._answer(server, client)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        left = self._most_bytes
        while left and (part := server.recv(left)):
            client.sendall(part)
            left -= len(part)
        self.broken += not left
