"""Hands the root keys of namespaces to the workers of a node, and has them given up."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from strongroom.server.messages.framing import Message
from strongroom.server.messages.to_supervisor import NamespaceOpened, SealNamespace, UnsealNamespace
from strongroom.server.messages.to_worker import CloseNamespace, Done, OpenNamespace
from strongroom.server.supervisor.custody import Custody
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.workers import Workers

log = structlog.get_logger("supervisor")


class _Round:
    """An order on its way to every worker."""

    def __init__(self, asker: WorkerProcess, request_id: int) -> None:
        self.asker = asker
        self.request_id = request_id
        self.waiting: set[int] = set()
        self.done = 0
        self.error = ""


class NamespaceSeals:
    """Unseals and seals namespaces in all workers of a node.

    The store decides which root key is valid, so an order that comes too late changes nothing.
    """

    def __init__(self, workers: Workers, custody: Custody) -> None:
        self._workers = workers
        self._custody = custody
        self._rounds: dict[int, _Round] = {}
        self._last = 0

    def unseal(self, asker: WorkerProcess, message: UnsealNamespace) -> None:
        """Hand a root key to every worker; the asker is answered when all have tried.

        A worker that couldn't read the store goes on trying by itself.
        """
        if self._custody.root_key is None:
            asker.send(Done(message.id, "the node is sealed"))
            return
        self._custody.unseal_namespace(message.key)
        log.info("unsealing a namespace", namespace=message.key.id)
        self._tell_all(asker, message.id, lambda number: OpenNamespace(number, message.key))

    def seal(self, asker: WorkerProcess, message: SealNamespace) -> None:
        """Drop a root key, and have every worker give up the keyring; the asker is answered when all have."""
        self._custody.seal_namespace(message.namespace)
        log.info("sealing a namespace", namespace=message.namespace)
        self._tell_all(asker, message.id, lambda number: CloseNamespace(number, message.namespace))

    def opened(self, worker: WorkerProcess, message: NamespaceOpened) -> None:
        """A worker has opened a keyring or failed."""
        if message.error:
            log.error("worker did not open a namespace", pid=worker.pid, reason=message.error)
        begun = self._rounds.get(message.id)
        if begun is not None:
            begun.done += not message.error
            begun.error = message.error or begun.error
            self._heard_of(worker, message.id, begun)

    def closed(self, worker: WorkerProcess, number: int) -> None:
        """A worker has given up a keyring."""
        begun = self._rounds.get(number)
        if begun is not None:
            begun.done += 1
            self._heard_of(worker, number, begun)

    def lost(self, worker: WorkerProcess) -> None:
        """A worker has ended.  The one that replaces it is given the keys."""
        for number, begun in list(self._rounds.items()):
            if worker.pid in begun.waiting:
                self._heard_of(worker, number, begun)

    def _tell_all(self, asker: WorkerProcess, request_id: int, order: Callable[[int], Message]) -> None:
        """Give an order to every worker.  Those that aren't ready get the keys when they are."""
        self._last += 1
        begun = self._rounds[self._last] = _Round(asker, request_id)
        for worker in self._workers:
            if worker.ready:
                begun.waiting.add(worker.pid)
                worker.send(order(self._last))

    def _heard_of(self, worker: WorkerProcess, number: int, begun: _Round) -> None:
        begun.waiting.discard(worker.pid)
        if begun.waiting:
            return
        del self._rounds[number]
        begun.asker.send(Done(begun.request_id, "" if begun.done else begun.error))
