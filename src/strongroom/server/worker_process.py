"""One worker as its supervisor sees it: a process, and the socket over which they talk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import Any

import msgspec
import structlog

from strongroom.server.protocol import Framing, Message, pack

log = structlog.get_logger("supervisor")

_SUPERVISORS_SIGNALS = frozenset({signal.SIGINT, signal.SIGHUP})
"""Sent to the whole process group by a terminal.  A worker hears from its supervisor what follows from them."""

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
        self.control, theirs = socket.socketpair()
        descriptors = [sock.fileno() for sock in sockets]
        # Blocked, and so inherited as blocked: between here and the worker's own first line, a signal would kill it.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SUPERVISORS_SIGNALS)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                [sys.executable, "-m", "strongroom.server.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno(), *descriptors],
                close_fds=True,
            )
        except OSError:
            self.control.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SUPERVISORS_SIGNALS)
            theirs.close()
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
