"""One worker in its supervisor: its process, and the socket between them."""

from __future__ import annotations

import os
import socket
from signal import Signals

import msgspec
import structlog

from strongroom.lib.profiling.stacks import Stack, of_fault
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
        slot: which of the node's listening sockets are its, and of the cells in which requests are counted.
        sockets: those.
        start: its first message, without the sockets. digest: of the build that it has to be of. started_at: on the
        monotonic clock. heard_at: on the supervisor's clock of its own attention.
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
        """Whether it is being ended because it was silent for too long."""
        self.refused_by = ""
        """The version of a worker that has another build than the supervisor; empty for none."""
        descriptors = tuple(sock.fileno() for sock in sockets)
        # The file for its stacks when it crashes, because a worker that hangs couldn't send them.
        self._stacks = os.memfd_create("stacks", os.MFD_CLOEXEC)
        try:
            self._process, control = child.start(_MODULE, digest, (*descriptors, self._stacks, start.counts))
        except OSError:
            os.close(self._stacks)
            raise
        self._channel: Channel[FromWorker] = Channel(control, FromWorker)
        self.send(msgspec.structs.replace(start, sockets=descriptors, stacks=self._stacks, place=slot))

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
        """Whether it accepts connections and isn't being ended."""
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
        """Send it a message without waiting.  Messages to a dead worker are dropped."""
        try:
            self._channel.send(message)
        except OSError:
            log.warning("worker does not listen", pid=self.pid)

    def flush(self) -> None:
        """Send messages that it couldn't read before."""
        try:
            self._channel.flush()
        except OSError:
            log.warning("worker does not listen", pid=self.pid)

    def receive(self) -> list[FromWorker] | None:
        """Its messages, when `control` is readable; None at the end."""
        try:
            return self._channel.receive()
        except Garbled as error:
            log.error("worker is killed: it sent an invalid message", pid=self.pid, reason=str(error))
            self.kill()
            return None

    def last_words(self) -> list[FromWorker]:
        """The unread messages of a dead worker.  Closes `control`."""
        found: list[FromWorker] = []
        if self.control.fileno() >= 0:
            while messages := self.receive():
                found += messages
            self.control.close()
        return found

    def last_stacks(self) -> list[Stack]:
        """The stacks of its threads when it crashed or was made to.  Call it once."""
        written = os.pread(self._stacks, _MOST_STACKS_BYTES, 0)
        os.close(self._stacks)
        return of_fault(written.decode("utf-8", "replace"))
