"""One worker as its supervisor sees it: a process, and the socket over which they talk."""

from __future__ import annotations

import os
import socket
from typing import Any

import msgspec
import structlog

from strongroom.server import child
from strongroom.server.protocol import Framing, Message, pack

log = structlog.get_logger("supervisor")

_RECEIVE_BYTES = 65536


class WorkerProcess:
    """One worker.

    Args:
        slot: which of the node's listening sockets are its.
        sockets: those.
        header: what it is told first.
    """

    def __init__(self, slot: int, sockets: list[socket.socket], header: dict[str, Any], started_at: float) -> None:
        self.slot = slot
        self.started_at = started_at
        self.ready = False
        """Its store is open."""
        self.told_to_listen = False
        self.listening = False
        self.ending_since: float | None = None
        self.failed = False
        """It is ended because it can't do its work."""
        self._framing = Framing()
        descriptors = [sock.fileno() for sock in sockets]
        self._process, self.control = child.start("strongroom.server.worker", descriptors)
        self.send(Message("start", body={**header, "supervisor": os.getpid(), "sockets": descriptors}))

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def send(self, message: Message) -> None:
        """Tell it something; a worker that has gone isn't told."""
        try:
            self.control.sendall(pack(message))
        except OSError:
            log.warning("worker does not listen", pid=self.pid)

    def receive(self) -> list[Message] | None:
        """What it says, once `control` is readable; None when it will say no more."""
        try:
            data = self.control.recv(_RECEIVE_BYTES)
        except OSError:
            data = b""
        return self._messages(data) if data else None

    def last_words(self) -> list[Message]:
        """What an ended worker has said and nobody has read yet; closes `control`."""
        found: list[Message] = []
        while self.control.fileno() >= 0:
            messages = self.receive()
            if messages is None:
                self.control.close()
            else:
                found += messages
        return found

    def _messages(self, data: bytes) -> list[Message]:
        try:
            return self._framing.feed(data)
        except (ValueError, msgspec.MsgspecError) as error:
            log.error("worker is killed: what it says makes no sense", pid=self.pid, reason=str(error))
            self.kill()
            return []
