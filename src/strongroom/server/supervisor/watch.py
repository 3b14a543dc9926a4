"""Detects workers whose event loop hangs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from signal import SIGABRT

import structlog

from strongroom.server.supervisor.attention import Attention
from strongroom.server.supervisor.process import WorkerProcess

log = structlog.get_logger("supervisor")

_STARTING_S = 120.0
"""For how long a worker that opens its store may be silent at least."""


class HangWatch:
    """Listens for signs of life.

    Args:
        timeout_s: for how long a worker may be silent before it counts as hung; 0 for ever.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._attention = Attention(time.monotonic())

    @property
    def heartbeat_s(self) -> float:
        """How often each worker has to say that it is alive."""
        return min(1.0, self._timeout_s / 4) if self._timeout_s else 1.0

    def now(self) -> float:
        """The time by which silence is counted."""
        return self._attention.look(time.monotonic())

    def heard(self, worker: WorkerProcess) -> None:
        """It has said something."""
        worker.heard_at = self._attention.seen_s

    def look(self, workers: Iterable[WorkerProcess], now: float) -> None:
        """End workers that hang, with a signal that makes each write its stacks.

        Args:
            now: on the monotonic clock.
        """
        seen_s = self._attention.look(now)
        for worker in workers:
            limit_s = self._timeout_s if worker.ready else max(self._timeout_s, _STARTING_S)
            silent_s = seen_s - worker.heard_at
            if not self._timeout_s or worker.ending_since is not None or silent_s <= limit_s:
                continue
            log.error("worker hangs: it is ended, and replaced", pid=worker.pid, silent_s=round(silent_s, 1))
            worker.hung = worker.failed = True
            worker.ending_since = now
            worker.signal(SIGABRT)
