"""Questions that one worker has for all of them, as the supervisor passes them on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from strongroom.server.messages.questions import Answer
from strongroom.server.messages.to_supervisor import Answered, AskAll
from strongroom.server.messages.to_worker import Answers, Asked
from strongroom.server.supervisor.process import WorkerProcess


@dataclass(slots=True)
class _Question:
    asker: WorkerProcess
    request_id: int
    waiting: set[int]
    """Process ids of the workers that have not answered."""
    answers: list[Answer] = field(default_factory=list)


class Questions:
    """Collects what the workers answer; the asker gets all of it at once."""

    def __init__(self) -> None:
        self._open: dict[int, _Question] = {}
        self._last_id = 0

    def ask(
        self,
        asker: WorkerProcess,
        message: AskAll,
        workers: Iterable[WorkerProcess],
        own: Answer | None = None,
    ) -> None:
        """Pass a question on to every worker that can answer.

        Args:
            own: what the supervisor itself answers, where it does.
        """
        alive = [worker for worker in workers if worker.ending_since is None]
        asked = [worker for worker in alive if worker.ready]
        self._last_id += 1
        answers = [] if own is None else [own]
        self._open[self._last_id] = _Question(asker, message.id, {worker.pid for worker in asked}, answers)
        for worker in asked:
            worker.send(Asked(self._last_id, message.question))
        for worker in alive:
            if not worker.ready:  # it carries out the order, and nobody waits for it
                worker.send(Asked(0, message.question))
        self._finish(self._last_id)

    def answered(self, worker: WorkerProcess, message: Answered) -> None:
        """Take one worker's answer."""
        question = self._open.get(message.id)
        if question is not None and worker.pid in question.waiting:
            question.waiting.discard(worker.pid)
            question.answers.append(message.answer)
            self._finish(message.id)

    def lost(self, worker: WorkerProcess) -> None:
        """A worker has ended: stop waiting for its response, and drop its questions."""
        for id_, question in list(self._open.items()):
            question.waiting.discard(worker.pid)
            if question.asker is worker:
                del self._open[id_]
            else:
                self._finish(id_)

    def _finish(self, id_: int) -> None:
        question = self._open[id_]
        if not question.waiting:
            del self._open[id_]
            question.asker.send(Answers(question.request_id, tuple(question.answers)))
