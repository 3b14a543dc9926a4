"""Unseals a node: collects shares, and sends the root key to every worker."""

from __future__ import annotations

import structlog

from strongroom.lib.secret import Secret
from strongroom.server.messages.to_supervisor import SubmitShare, Unseal
from strongroom.server.messages.to_worker import Done, Open, OpenNamespace, ProgressIs
from strongroom.server.supervisor.custody import Custody
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.workers import Workers

log = structlog.get_logger("supervisor")

NOBODY = 0
"""The number of an order that nobody waits for."""


class _Round:
    """A root key on its way to every worker.

    Attributes:
        askers: who handed in the root key, and waits for it to be open everywhere.
        late: who handed in a share that wasn't needed any more, and waits to be told how far the collection is.
    """

    def __init__(self) -> None:
        self.askers: list[tuple[WorkerProcess, int]] = []
        self.late: list[tuple[WorkerProcess, int]] = []
        self.waiting: set[int] = set()
        self.opened = 0
        self.failed: list[WorkerProcess] = []
        self.error = "every worker ended"


class Unsealing:
    """Unseals a node."""

    def __init__(self, workers: Workers, custody: Custody) -> None:
        self._workers = workers
        self._custody = custody
        self._round: _Round | None = None

    def ready(self, worker: WorkerProcess) -> None:
        """A worker's store is open.  It gets the key before clients can connect, so that no client finds it sealed."""
        worker.ready = True
        if self._custody.root_key is not None:
            worker.send(Open(self._custody.root_key))
        else:
            self._workers.listen(worker)

    def submit(self, worker: WorkerProcess, message: SubmitShare) -> None:
        """Collect a share.  One that comes after the last that was needed waits for, or finds, the node unsealed."""
        if not message.of and self._round is not None:
            self._round.late.append((worker, message.id))
        elif self._custody.holds(message.of):
            self.progress(worker, message.id)
        else:
            progress = self._custody.shares.add(message.share.reveal(), message.threshold, message.of)
            worker.send(ProgressIs(message.id, progress))

    def progress(self, worker: WorkerProcess, request_id: int, of: str = "") -> None:
        """Tell how far it is."""
        worker.send(ProgressIs(request_id, self._custody.shares.progress(of)))

    def reset(self, worker: WorkerProcess, request_id: int, of: str = "") -> None:
        """Forget the shares."""
        self._custody.shares.forget(of)
        worker.send(Done(request_id))

    def unseal(self, asker: WorkerProcess, message: Unseal) -> None:
        """Hand the root key to every worker; the asker is answered when all have opened their barrier."""
        if self._round is not None:
            self._round.askers.append((asker, message.id))
            return
        if self._custody.root_key is not None:
            asker.send(Done(message.id))
            return
        self._custody.unseal(message.root_key)
        begun = self._round = _Round()
        begun.askers.append((asker, message.id))
        for worker in self._workers:
            if worker.ending_since is not None:
                continue
            begun.waiting.add(worker.pid)
            if worker.ready:  # the others get it as soon as they are
                worker.send(Open(message.root_key))
        log.info("unsealing", workers=len(begun.waiting))

    def opened(self, worker: WorkerProcess, error: str) -> None:
        """A worker has opened the barrier or failed.

        If it failed, it is ended, because a sealed worker must not serve beside unsealed ones.
        """
        if error:
            log.error("worker did not open the barrier", pid=worker.pid, reason=error)
        begun = self._round
        if begun is None or worker.pid not in begun.waiting:
            if error:
                self._workers.replace(worker)
            else:
                self._give_namespaces(worker)
                self._workers.listen(worker)
            return
        if error:
            begun.error = error
            begun.failed.append(worker)
        else:
            begun.opened += 1
        self._heard_of(worker, begun)

    def _give_namespaces(self, worker: WorkerProcess) -> None:
        """Give it the root keys of namespaces.  It takes orders in turn, so it opens them before it listens."""
        for key in self._custody.namespaces:
            worker.send(OpenNamespace(NOBODY, key))

    def lost(self, worker: WorkerProcess) -> None:
        """A worker has ended."""
        if self._round is not None and worker.pid in self._round.waiting:
            # No failure: the one that replaces it is given the key.
            self._heard_of(worker, self._round)

    def _heard_of(self, worker: WorkerProcess, begun: _Round) -> None:
        begun.waiting.discard(worker.pid)
        if begun.waiting:
            return
        self._round = None
        error = ""
        if begun.opened:
            log.info("unsealed")
            for failed in begun.failed:
                self._workers.replace(failed)
        else:
            self._custody.root_key = None
            error = begun.error
        for other in self._workers:
            if other.ready and other.ending_since is None:
                self._workers.listen(other)
        for asker, request_id in begun.askers:
            asker.send(Done(request_id, error))
        for late, request_id in begun.late:
            self.progress(late, request_id)

    def succeeded(self, fingerprint: str, root_key: Secret) -> None:
        """Keep another root key for workers to come."""
        if self._custody.succeed(fingerprint, root_key):
            log.info("the root key was replaced")
