"""How far the workers are with opening their barriers."""

from __future__ import annotations

from strongroom.server.worker_process import WorkerProcess


class Unsealing:
    """A root key on its way to every worker."""

    def __init__(self) -> None:
        self.askers: list[tuple[WorkerProcess, int]] = []
        self.waiting: set[int] = set()
        self.opened = 0
        self.failed: list[WorkerProcess] = []
        self.error = "every worker ended"
