"""A peer that collects lines: it reads or doesn't, leaves in order, or is broken off with what it has not read."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator

from tests.ports import free_port


class LineReceiver:
    """Listens on the loopback.

    Args:
        port: where; a free one if it is 0. context: for TLS. path: of a Unix socket, instead of a port.
    """

    def __init__(self, port: int = 0, context: ssl.SSLContext | None = None, path: str = "") -> None:
        self._context = context
        self._received: list[bytearray] = []
        """What was read of each connection."""
        self.connections = 0
        self._reads = threading.Event()
        self._reads.set()
        self._ended = threading.Event()
        self._asked = threading.Event()
        self._open: list[socket.socket] = []
        if path:
            self.address = path
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(path)
        else:
            self.port = port or free_port()
            self.address = f"127.0.0.1:{self.port}"
            self._listener = socket.socket()
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind(("127.0.0.1", self.port))
        self._listener.listen()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def data(self) -> bytes:
        """What was read so far: of one connection after the other, each up to the end of a line."""
        return b"".join(
            bytes(read) if read.endswith(b"\n") or not read else bytes(read) + b"\n" for read in self._received
        )

    @property
    def lines(self) -> list[bytes]:
        """The lines that were read whole, without their newlines."""
        return b"".join(bytes(read[: read.rfind(b"\n") + 1]) for read in self._received).split(b"\n")[:-1]

    def is_asked(self, patience_s: float = 30.0) -> bool:
        """Whether somebody has connected by now, or does so within this time."""
        return self._asked.wait(patience_s)

    def pause(self) -> None:
        """Read nothing more of any connection."""
        self._reads.clear()

    def go_on(self) -> None:
        """Read again."""
        self._reads.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                opened, _ = self._listener.accept()
                threading.Thread(target=self._read, args=(opened,), daemon=True).start()

    def _read(self, opened: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as closing:
            closing.callback(opened.close)
            if self._context is not None:
                opened = self._context.wrap_socket(opened, server_side=True)
                closing.callback(opened.close)
            self.connections += 1
            self._asked.set()
            read = bytearray()
            self._received.append(read)
            self._open.append(opened)
            while not self._ended.is_set():
                self._reads.wait()
                opened.settimeout(0.05)
                try:
                    got = opened.recv(65536)
                except TimeoutError:
                    continue
                if not got:
                    break
                read += got

    def leave(self) -> None:
        """Close every connection in order, and take new ones."""
        self._end(linger=False)

    def break_off(self) -> None:
        """Close every connection as a killed program does that has not read all: the peer gets a reset."""
        self._end(linger=True)

    def _end(self, *, linger: bool) -> None:
        opened, self._open = self._open, []
        for each in opened:
            if linger:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                if linger:
                    each.close()
                else:
                    each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop listening, and close everything."""
        self._ended.set()
        self._reads.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.leave()


@contextlib.contextmanager
def receiving(port: int = 0, context: ssl.SSLContext | None = None, path: str = "") -> Iterator[LineReceiver]:
    """A receiver for a while."""
    receiver = LineReceiver(port, context, path)
    try:
        yield receiver
    finally:
        receiver.close()
