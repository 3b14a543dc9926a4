"""The supervisor: starts and restarts workers on the sockets that it holds, and holds the seal state of the node.

It has one thread, no event loop, no store and no TLS.  While unsealed, it keeps the root key for workers that replace
dead ones.  Sealing ends the workers, and then replaces this process's memory (`renewal.py`), because Python can't wipe
memory but the kernel can.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from types import FrameType

import structlog

from strongroom.lib.rand import SystemRandom
from strongroom.server.diagnostics import signals
from strongroom.server.messages.companions import CertificatesRenewed
from strongroom.server.messages.to_worker import STOP_DRAIN_S, Leave, ReadCertificates
from strongroom.server.supervisor import orphans
from strongroom.server.supervisor.charge import Charge
from strongroom.server.supervisor.companion import Companion
from strongroom.server.supervisor.custody import Custody
from strongroom.server.supervisor.dispatch import Dispatch
from strongroom.server.supervisor.namespace_seals import NamespaceSeals
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.reloading import Reloading
from strongroom.server.supervisor.renewal import DEFERRED
from strongroom.server.supervisor.sealing import Sealing
from strongroom.server.supervisor.service_manager import ServiceManager
from strongroom.server.supervisor.startup import Startup
from strongroom.server.supervisor.unsealing import Unsealing
from strongroom.server.supervisor.workers import Workers

log = structlog.get_logger("supervisor")

_TICK_S = 0.25
_SEALING_S = 0.5
"""How long a process may take to end if its successor starts at once."""


class Supervisor:
    """Runs the processes of one node."""

    def __init__(self, charge: Charge, manager: ServiceManager) -> None:
        self._companions = charge.companions
        self._manager = manager
        self._selector = selectors.DefaultSelector()
        self._workers = workers = Workers(
            charge.sockets, charge.start, charge.build, charge.worker_timeout_s, self._selector
        )
        self._custody = custody = Custody(SystemRandom())
        self._dispatch = Dispatch(
            workers,
            custody,
            Startup(
                workers,
                charge.companions,
                self._selector,
                manager,
                on_ready=charge.on_ready,
                give_up=self._give_up,
                proven=charge.proven,
            ),
            Unsealing(workers, custody),
            NamespaceSeals(workers, custody),
            Sealing(workers, custody, self._end_companions),
            Reloading(workers, charge.companions, manager, charge.reload),
        )
        self._drain_delay_s = charge.drain_delay_s
        self._leaves_at: float | None = None
        """When the listeners close, after a signal to stop."""
        self._status = 0
        self._wake_read, self._wake_write = socket.socketpair()
        self._signals: set[int] = set()

    @property
    def _stopping(self) -> bool:
        return self._dispatch.stopping

    @property
    def _ending(self) -> bool:
        return self._stopping or self._dispatch.sealing.begun

    @property
    def sealed(self) -> bool:
        """Whether `run` returned because the node was sealed.  A process with new memory must then continue."""
        return self._dispatch.sealing.begun and not self._stopping

    def run(self) -> int:
        """Supervise until SIGTERM, SIGINT or SIGQUIT, or until the node was sealed; the exit status."""
        self._begin()
        while len(self._workers) or not self._ending:
            for event, _ in self._selector.select(_TICK_S):
                if event.data is None:
                    with contextlib.suppress(BlockingIOError):
                        self._wake_read.recv(4096)
                elif isinstance(event.data, Companion):
                    self._heed(event.data)
                else:
                    self._receive(event.data)
            self._handle_signals()
            self._reap()
            self._tick()
        for companion in self._companions:
            companion.end(min(companion.finishing_s, _SEALING_S) if self.sealed else companion.finishing_s)
        signal.set_wakeup_fd(-1)
        return self._status

    def _begin(self) -> None:
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        for number in DEFERRED - signals.ASKED:
            signal.signal(number, self._note)
        signals.answer(self._state, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, DEFERRED)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._workers.fill_all()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signals.add(number)

    def _receive(self, worker: WorkerProcess) -> None:
        messages = worker.receive()
        if messages is None:
            self._selector.unregister(worker.control)
            worker.control.close()
            return
        self._workers.watch.heard(worker)
        for message in messages:
            self._dispatch.handle(worker, message)

    def _heed(self, companion: Companion) -> None:
        for message in companion.receive():
            if isinstance(message, CertificatesRenewed):
                self._workers.tell(ReadCertificates())

    def _handle_signals(self) -> None:
        noted, self._signals = self._signals, set()
        for number in noted & signals.ASKED:
            for worker in self._workers:
                worker.signal(signal.Signals(number))
            for companion in self._companions:
                companion.signal(signal.Signals(number))
        if noted & {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT} and not self._stopping:
            log.info("stopping")
            if signal.SIGQUIT in noted:
                signals.tell_stacks(None)
                self._stop(0)
            elif self._drain_delay_s and self._leaves_at is None and self._dispatch.startup.proven:
                self._leaves_at = time.monotonic() + self._drain_delay_s
                self._manager.stopping()
            else:
                self._stop(STOP_DRAIN_S)
        if signal.SIGHUP in noted and not self._stopping:
            self._dispatch.reloading.begin()

    def _stop(self, drain_s: float) -> None:
        self._dispatch.stopping = True
        self._manager.stopping()
        self._end_companions()
        for worker in self._workers:
            self._workers.end(worker, drain_s)

    def _end_companions(self) -> None:
        for companion in self._companions:
            if not companion.finishing_s:
                companion.end()

    def _give_up(self) -> None:
        self._status = 1
        self._stop(0)

    def _reap(self) -> None:
        for worker in self._workers:
            if worker.poll() is not None:
                if worker.control.fileno() >= 0:
                    self._selector.unregister(worker.control)
                for message in worker.last_words():
                    self._dispatch.handle(worker, message)
                self._lost(worker)
        if os.getpid() == 1:
            orphans.reap({worker.pid for worker in self._workers} | {each.pid for each in self._companions})

    def _lost(self, worker: WorkerProcess) -> None:
        """A worker has ended: finish what waited for it, and put another in its place."""
        self._workers.remove(worker)
        self._dispatch.lost(worker)
        signals.write(worker.last_stacks(), pid=worker.pid)
        if self._ending:
            return
        if worker.refused_by:
            self._workers.refused(worker.slot, worker.refused_by)
        elif worker.ending_since is not None and not worker.failed:
            self._workers.refill(worker)
        else:
            if not worker.hung:
                log.error("worker ended by itself", pid=worker.pid, status=worker.poll())
            if not self._dispatch.startup.proven:
                self._give_up()
                return
            self._workers.refill(worker)

    def _tick(self) -> None:
        now = time.monotonic()
        if self._leaves_at is not None and not self._stopping:
            self._workers.tell(Leave())  # now and again: a worker may be new
            if now >= self._leaves_at:
                self._stop(STOP_DRAIN_S)
        self._workers.tick(stopping=self._stopping, filling=not self._ending)
        if self._workers.starved and not self._ending:
            log.error("the server ends: no worker is left, and the package was replaced")
            self._give_up()
        self._dispatch.tick()
        for companion in self._companions:
            companion.tick()
        self._manager.alive(now)
        if not self._ending:
            self._manager.status(self._summary())

    def _summary(self) -> str:
        counts = self._workers.counts()
        state = "sealed" if self._custody.root_key is None else "unsealed"
        needed = "; the package was replaced: restart" if counts.restart_needed else ""
        return f"{state}, {counts.serving} of {counts.wanted} workers serve{needed}"

    def _state(self) -> dict[str, object]:
        counts = self._workers.counts()
        return {
            "process": "supervisor",
            "pid": os.getpid(),
            "sealed": self._custody.root_key is None,
            "workers": counts.serving,
            "wanted": counts.wanted,
            "ended": counts.ended,
            "hung": counts.hung,
            "restart_needed": counts.restart_needed,
        }
