"""One worker as its supervisor sees it: a process, and the socket over which they talk."""

from __future__ import annotations

import os
import socket
from signal import Signals

import msgspec
import structlog

from strongroom.server.diagnostics.stacks import Stack, of_fault
from strongroom.server.messages.framing import Garbled, Message
from strongroom.server.messages.to_supervisor import FromWorker
from strongroom.server.messages.to_worker import Start
from strongroom.server.supervisor import child
from strongroom.server.supervisor.channel import Channel

log = structlog.get_logger("supervisor")

_MODULE = "strongroom.server.worker"
_MOST_STACKS_BYTES = 262144


class WorkerProcess:
    """One worker.

    Args:
        slot: which of the node's listening sockets are its.
        sockets: those.
        start: what it is told first, but for the sockets.
        digest: of the build that it has to be of.
        started_at: on the monotonic clock.
        heard_at: on the supervisor's clock of its own attention.
    """

    def __init__(
        self,
        slot: int,
        sockets: list[socket.socket],
        start: Start,
        digest: str,
        *,
        started_at: float,
        heard_at: float,
    ) -> None:
        self.slot = slot
        self.started_at = started_at
        self.heard_at = heard_at
        self.ready = False
        """Its store is open."""
        self.told_to_listen = False
        self.listening = False
        self.ending_since: float | None = None
        self.failed = False
        """It is ended because it can't do its work."""
        self.killed = False
        """It was ended at once."""
        self.hung = False
        """It is ended because it said nothing for too long."""
        self.refused_by = ""
        """Version of another build, which found that it isn't the supervisor's."""
        descriptors = tuple(sock.fileno() for sock in sockets)
        # Where it writes its stacks when it dies by a fault; a worker that hangs couldn't send them.
        self._stacks = os.memfd_create("stacks", os.MFD_CLOEXEC)
        try:
            self._process, control = child.start(_MODULE, digest, (*descriptors, self._stacks))
        except OSError:
            os.close(self._stacks)
            raise
        self._channel: Channel[FromWorker] = Channel(control, FromWorker)
        self.send(msgspec.structs.replace(start, sockets=descriptors, stacks=self._stacks))

    @property
    def control(self) -> socket.socket:
        """The socket, readable when it has said something."""
        return self._channel.sock

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def serves(self) -> bool:
        """Whether it accepts connections and is to go on."""
        return self.listening and self.ending_since is None

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """End it at once."""
        self.killed = True
        self._process.kill()

    def signal(self, number: Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def send(self, message: Message) -> None:
        """Tell it something, without waiting; a worker that has gone isn't told."""
        try:
            self._channel.send(message)
        except OSError:
            log.warning("worker does not listen", pid=self.pid)

    def flush(self) -> None:
        """Send what it wasn't ready to read before."""
        try:
            self._channel.flush()
        except OSError:
            log.warning("worker does not listen", pid=self.pid)

    def receive(self) -> list[FromWorker] | None:
        """What it says, once `control` is readable; None when it will say no more."""
        try:
            return self._channel.receive()
        except Garbled as error:
            log.error("worker is killed: what it says makes no sense", pid=self.pid, reason=str(error))
            self.kill()
            return None

    def last_words(self) -> list[FromWorker]:
        """What an ended worker has said and nobody has read yet; closes `control`."""
        found: list[FromWorker] = []
        if self.control.fileno() >= 0:
            while messages := self.receive():
                found += messages
            self.control.close()
        return found

    def last_stacks(self) -> list[Stack]:
        """Where its threads were when it died by a fault, or was made to; called once."""
        written = os.pread(self._stacks, _MOST_STACKS_BYTES, 0)
        os.close(self._stacks)
        return of_fault(written.decode("utf-8", "replace"))
