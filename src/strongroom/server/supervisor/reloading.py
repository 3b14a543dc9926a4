"""SIGHUP: the configuration is read again, and every process of the node is told."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from strongroom.server.messages.companions import ReopenLog
from strongroom.server.messages.to_worker import Reload
from strongroom.server.supervisor.companion import Companion
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.service_manager import ServiceManager
from strongroom.server.supervisor.workers import Workers

log = structlog.get_logger("supervisor")


class Reloading:
    """Reloads as often as it is asked to.

    Args:
        read: reads the configuration; what it returns, the workers are told.
    """

    def __init__(
        self,
        workers: Workers,
        companions: tuple[Companion, ...],
        manager: ServiceManager,
        read: Callable[[], Reload],
    ) -> None:
        self._workers = workers
        self._companions = companions
        self._manager = manager
        self._read = read
        self._waiting: set[int] = set()
        """Process ids of the workers that have not gone over to what was read."""

    def begin(self) -> None:
        """Read it, and tell everybody."""
        log.info("reloading")
        self._manager.reloading()
        news = self._read()
        self._workers.tell_later_ones(sources=news.sources, log_level=news.log_level, log_levels_now={})
        self._workers.tell(news)
        self._waiting = {worker.pid for worker in self._workers if worker.serves}
        for companion in self._companions:
            companion.send(ReopenLog(news.log_level))
        if not self._waiting:
            self._manager.ready()

    def done(self, worker: WorkerProcess) -> None:
        """A worker has gone over to it, or has ended."""
        if worker.pid in self._waiting:
            self._waiting.discard(worker.pid)
            if not self._waiting:
                log.info("reloaded")
                self._manager.ready()
