"""The first start of a node: it is up when every worker listens, and ends when none can."""

from __future__ import annotations

import selectors
from collections.abc import Callable

import structlog

from strongroom.server.messages.to_supervisor import Failed
from strongroom.server.supervisor.companion import Companion
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.service_manager import ServiceManager
from strongroom.server.supervisor.workers import Workers

log = structlog.get_logger("supervisor")


class Startup:
    """Watches the start of the workers.

    Args:
        selector: for the companions.
        on_ready: called once, when the first workers listen.
        give_up: ends the node.
        proven: whether workers have served with this configuration before.  If so, failures are waited out.
    """

    def __init__(
        self,
        workers: Workers,
        companions: tuple[Companion, ...],
        selector: selectors.BaseSelector,
        manager: ServiceManager,
        *,
        on_ready: Callable[[], None],
        give_up: Callable[[], None],
        proven: bool,
    ) -> None:
        self._workers = workers
        self._companions = companions
        self._selector = selector
        self._manager = manager
        self._on_ready = on_ready
        self._give_up = give_up
        self._announced = False
        self.proven = proven

    def listening(self, worker: WorkerProcess) -> None:
        """A worker accepts connections."""
        worker.listening = True
        serving = [worker]
        if not self._announced:
            if not all(other.listening for other in self._workers):
                return
            serving = list(self._workers)
            self._announced = self.proven = True
            self._on_ready()
            self._manager.ready()
            for companion in self._companions:
                companion.start(self._selector)
        for each in serving:
            log.info("worker serves", pid=each.pid)

    def failed(self, worker: WorkerProcess, message: Failed, *, stopping: bool) -> None:
        """A worker can't start."""
        if not stopping:  # logged once, because the first worker's failure is also that of all others
            log.error("worker cannot start", pid=worker.pid, reason=message.reason, detail=message.detail)
        if not self.proven:
            self._give_up()
