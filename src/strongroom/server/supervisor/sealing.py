"""Seals a node by ending its workers, whose memory the kernel wipes."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from strongroom.server.messages.to_worker import Done
from strongroom.server.supervisor.custody import Custody
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.workers import Workers

log = structlog.get_logger("supervisor")

DRAIN_S = 2.0
"""How long requests may go on after the node was told to seal."""


class Sealing:
    """One sealing, which ends this process image.

    Args:
        end_others: ends the processes beside the workers that have nothing to finish.
    """

    def __init__(self, workers: Workers, custody: Custody, end_others: Callable[[], None]) -> None:
        self._workers = workers
        self._custody = custody
        self._end_others = end_others
        self._askers: list[tuple[WorkerProcess, int]] = []
        self.begun = False

    def seal(self, asker: WorkerProcess, request_id: int) -> None:
        """Drop the key, and end every worker.  The worker that asked ends last, so that it can respond."""
        log.info("sealing")
        self._custody.forget()
        self._workers.restarts.clear()
        self._end_others()
        self.begun = True
        self._askers.append((asker, request_id))
        askers = [worker for worker, _ in self._askers]
        for worker in self._workers:
            if worker not in askers:
                self._workers.end(worker, DRAIN_S)
        self.go_on()

    def go_on(self) -> None:
        """Respond to the asking worker when all others have ended.  A worker that is being ended may have asked too."""
        if not self.begun:
            return
        if not len(self._workers):
            log.info("sealed")
        askers = [worker for worker, _ in self._askers]
        if any(worker not in askers for worker in self._workers):
            return
        for asker, request_id in self._askers:
            asker.send(Done(request_id))
            self._workers.end(asker, DRAIN_S)
        self._askers = []
