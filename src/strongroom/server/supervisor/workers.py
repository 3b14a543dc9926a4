"""The workers of a node, and their places."""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Iterator

import msgspec
import structlog

from strongroom.lib import shared_memory
from strongroom.lib.rand import SystemRandom
from strongroom.server import build
from strongroom.server.build import Build
from strongroom.server.messages.framing import Message
from strongroom.server.messages.to_worker import STOP_DRAIN_S, Counted, End, Listen, Start
from strongroom.server.supervisor import places
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.restarts import Restarts
from strongroom.server.supervisor.watch import HangWatch
from strongroom.services.quotas.table import KEY_BYTES, size_bytes
from strongroom.sysapi.processes import WorkerCounts

log = structlog.get_logger("supervisor")

_KILL_AFTER_S = 3.0
_KILL_STOPPING_AFTER_S = STOP_DRAIN_S + 2.0


class Workers:
    """Starts, counts, ends and replaces them.

    Args:
        sockets: for each place, one listening socket for each listener.
        start: what each is told first, but for its sockets.
        running: the build of this process, which is to be theirs.
        timeout_s: for how long one may be silent before it counts as hung; 0 for ever.
        selector: tells who has to call `receive`, with the worker as its data.
    """

    def __init__(
        self,
        sockets: list[list[socket.socket]],
        start: Start,
        running: Build,
        timeout_s: float,
        selector: selectors.BaseSelector,
    ) -> None:
        self.watch = HangWatch(timeout_s)
        # It outlives the workers: one that replaces another goes on with what that has counted.
        self._counts = shared_memory.create("counts", size_bytes(len(sockets)), SystemRandom().bytes(KEY_BYTES))
        self.start = msgspec.structs.replace(
            start,
            supervisor=os.getpid(),
            heartbeat_s=self.watch.heartbeat_s,
            counts=self._counts,
            places=len(sockets),
        )
        self.by_pid: dict[int, WorkerProcess] = {}
        self.restarts = Restarts()
        self.other_version = ""
        """Of the package that has taken the place of this process's; empty for none."""
        self._sockets = sockets
        self._running = running
        self._selector = selector
        self._ended = 0
        self._hung = 0
        self._told = WorkerCounts()

    def __iter__(self) -> Iterator[WorkerProcess]:
        return iter(list(self.by_pid.values()))

    def __len__(self) -> int:
        return len(self.by_pid)

    @property
    def starved(self) -> bool:
        """Whether no worker serves, and none can be started."""
        return bool(self.other_version) and not self.by_pid

    def fill_all(self) -> None:
        """Start a worker in every place."""
        for slot in range(len(self._sockets)):
            self._fill(slot)

    def _fill(self, slot: int) -> None:
        now = time.monotonic()
        if self._replaced(slot):
            return
        try:
            places.open_(self._sockets[slot])
            worker = WorkerProcess(
                slot,
                self._sockets[slot],
                self.start,
                self._running.digest,
                started_at=now,
                heard_at=self.watch.now(),
            )
        except OSError as error:
            # Out of processes or memory, most likely for now.
            log.error("a worker cannot be started", reason=error.strerror)
            self.restarts.after_failure(slot, now)
            return
        self.by_pid[worker.pid] = worker
        self._selector.register(worker.control, selectors.EVENT_READ, worker)
        worker.send(Counted(self._told))

    def _replaced(self, slot: int) -> bool:
        """Whether the package has another build than this process.  If so, the place stays empty for now."""
        found = build.installed()
        if found.digest == self._running.digest:
            self.other_version = ""
            return False
        self.refused(slot, found.version)
        return True

    def refused(self, slot: int, version: str) -> None:
        """A place can't be filled, because the package is of another version: others take its connections."""
        if version != self.other_version:
            log.error(build.refusal(self._running, version))
        self.other_version = version
        places.close(self._sockets, slot, {worker.slot for worker in self.by_pid.values()})
        self.restarts.after_failure(slot, time.monotonic())

    def listen(self, worker: WorkerProcess) -> None:
        """Have it accept connections."""
        if not worker.told_to_listen:
            worker.told_to_listen = True
            worker.send(Listen())

    def tell(self, message: Message) -> None:
        """Tell all of them."""
        for worker in self:
            worker.send(message)

    def end(self, worker: WorkerProcess, drain_s: float) -> None:
        """Tell it to end."""
        if worker.ending_since is None:
            worker.ending_since = time.monotonic()
            worker.send(End(drain_s))

    def replace(self, worker: WorkerProcess) -> None:
        """End a worker that can't do its work."""
        worker.failed = True
        self.end(worker, 0)

    def remove(self, worker: WorkerProcess) -> None:
        """It has ended; its control socket is closed already."""
        del self.by_pid[worker.pid]

    def refill(self, worker: WorkerProcess) -> None:
        """Another is to take the place of one that has ended."""
        now = time.monotonic()
        if worker.ending_since is not None and not worker.failed:
            self.restarts.at_once(worker.slot, now)
            return
        self._hung += worker.hung
        self._ended += not worker.hung
        self.restarts.after_failure(worker.slot, now, now - worker.started_at)

    def tick(self, *, stopping: bool, filling: bool) -> None:
        """Do what is due.

        Args:
            stopping: the node has time for what is under way.
            filling: places that are empty are to be filled.
        """
        now = time.monotonic()
        self.watch.look(self, now)
        if filling:
            for slot in self.restarts.take_due(now):
                self._fill(slot)
            self._count()
        for worker in self:
            worker.flush()
            patience_s = _KILL_STOPPING_AFTER_S if stopping and not worker.hung else _KILL_AFTER_S
            overdue = worker.ending_since is not None and now - worker.ending_since > patience_s
            if overdue and not worker.killed:
                log.warning("worker is killed", pid=worker.pid)
                worker.kill()

    def _count(self) -> None:
        counts = self.counts()
        if counts != self._told:
            self._told = counts
            self.tell(Counted(counts))

    def counts(self) -> WorkerCounts:
        """How many there are, and were."""
        return WorkerCounts(
            serving=sum(worker.serves for worker in self),
            wanted=len(self._sockets),
            ended=self._ended,
            hung=self._hung,
            restart_needed=bool(self.other_version),
        )

    def tell_later_ones(self, **changes: object) -> None:
        """Change the start message of later workers."""
        self.start = msgspec.structs.replace(self.start, **changes)
