"""The supervisor's action for each message of a worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from strongroom.lib import own_process
from strongroom.server import logs
from strongroom.server.logs.lines import own_lines
from strongroom.server.messages import to_supervisor as told
from strongroom.server.messages.questions import Answer, AskLogLines, AskMeasures, SetLogLevel
from strongroom.server.messages.to_worker import Done, OutcomeIs
from strongroom.server.supervisor.custody import Custody
from strongroom.server.supervisor.ledger import Ledger
from strongroom.server.supervisor.namespace_seals import NamespaceSeals
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.questions import Questions
from strongroom.server.supervisor.reloading import Reloading
from strongroom.server.supervisor.sealing import DRAIN_S, Sealing
from strongroom.server.supervisor.startup import Startup
from strongroom.server.supervisor.unsealing import Unsealing
from strongroom.server.supervisor.workers import Workers


@dataclass(slots=True)
class Dispatch:
    """Passes each message to the object that handles it."""

    workers: Workers
    custody: Custody
    startup: Startup
    unsealing: Unsealing
    namespaces: NamespaceSeals
    sealing: Sealing
    reloading: Reloading
    questions: Questions = field(default_factory=Questions)
    ledger: Ledger = field(default_factory=Ledger)
    stopping: bool = False

    def handle(self, worker: WorkerProcess, message: told.FromWorker) -> None:
        """Act on one message."""
        match message:
            case told.Alive():
                pass  # the message itself is the sign of life
            case told.Refused():
                worker.refused_by = message.version
            case told.Ready():
                self.unsealing.ready(worker)
            case told.Listening():
                self.startup.listening(worker)
            case told.Failed():
                self.startup.failed(worker, message, stopping=self.stopping)
            case told.AskProgress():
                self.unsealing.progress(worker, message.id, message.of)
            case told.SubmitShare():
                self.unsealing.submit(worker, message)
            case told.ResetShares():
                self.unsealing.reset(worker, message.id, message.of)
            case told.Unseal():
                self._unseal(worker, message)
            case told.UnsealNamespace():
                self.namespaces.unseal(worker, message)
            case told.SealNamespace():
                self.namespaces.seal(worker, message)
            case told.NamespaceOpened():
                self.namespaces.opened(worker, message)
            case told.NamespaceClosed():
                self.namespaces.closed(worker, message.id)
            case told.NamespaceOver():
                self.custody.seal_namespace(message.namespace, message.epoch)
            case told.Opened():
                self.unsealing.opened(worker, message.error)
            case told.AskAll():
                self._ask_all(worker, message)
            case told.LastNumbers():
                self.ledger.note(worker.pid, message.measures)
            case told.Answered():
                self._answered(worker, message)
            case told.Ceremony():
                worker.send(OutcomeIs(message.id, self.custody.obey(message.order)))
            case told.Succeeded():
                self.unsealing.succeeded(message.fingerprint, message.root_key)
            case told.Reloaded():
                self.reloading.done(worker)
            case told.Seal():
                self.sealing.seal(worker, message.id)
            case told.Retire():
                self.workers.end(worker, DRAIN_S)
            case _:
                assert_never(message)

    def _unseal(self, worker: WorkerProcess, message: told.Unseal) -> None:
        if self.sealing.begun:
            worker.send(Done(message.id, "the node is being sealed"))
        else:
            self.unsealing.unseal(worker, message)

    def _answered(self, worker: WorkerProcess, message: told.Answered) -> None:
        self.ledger.note(worker.pid, message.answer.measures)
        self.questions.answered(worker, message)

    def _ask_all(self, worker: WorkerProcess, message: told.AskAll) -> None:
        own = None
        match message.question:
            case SetLogLevel(level=level, logger=logger):
                others = self.workers.start.log_levels_now if logger else {}
                self.workers.tell_later_ones(log_levels_now={**others, logger: level})
                logs.set_level(level, logger)
            case AskLogLines():
                own = Answer(log=own_lines(message.question))
            case AskMeasures():
                own = Answer(measures=(*self.ledger.gone(), *own_process.measured()))
        self.questions.ask(worker, message, self.workers, own)

    def tick(self) -> None:
        """Do what time asks for."""
        self.questions.give_up(lambda pid: Answer(measures=self.ledger.last(pid)))

    def lost(self, worker: WorkerProcess) -> None:
        """A worker has ended: finish what waited for it."""
        self.ledger.lost(worker.pid)
        self.questions.lost(worker)
        self.reloading.done(worker)
        self.unsealing.lost(worker)
        self.namespaces.lost(worker)
        self.sealing.go_on()
