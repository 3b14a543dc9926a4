"""Questions that one worker has for all of them, as the supervisor passes them on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from strongroom.server.messages.questions import Answer, AskMeasures
from strongroom.server.messages.to_supervisor import Answered, AskAll
from strongroom.server.messages.to_worker import Answers, Asked
from strongroom.server.supervisor.process import WorkerProcess

_PATIENCE_S: Final = 2.0
"""How long a scrape waits for a worker's numbers.  What it told last has to do then."""


@dataclass(slots=True)
class _Question:
    asker: WorkerProcess
    request_id: int
    waiting: set[int]
    """Process ids of the workers that have not answered."""
    answers: list[Answer] = field(default_factory=list)
    until: float = math.inf
    """When it is answered without those that are silent, in seconds of the monotonic clock."""


class Questions:
    """Collects what the workers answer; the asker gets all of it at once.

    Args:
        monotonic: seconds since some moment.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
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
        waited_for = {worker.pid for worker in asked}
        until = self._monotonic() + _PATIENCE_S if isinstance(message.question, AskMeasures) else math.inf
        self._open[self._last_id] = _Question(asker, message.id, waited_for, answers, until)
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

    def give_up(self, instead: Callable[[int], Answer]) -> None:
        """Answer the questions that have waited for too long.

        Args:
            instead: what counts as the answer of a worker that is silent, by its process id.
        """
        now = self._monotonic()
        for id_, question in list(self._open.items()):
            if now >= question.until:
                question.answers += [instead(pid) for pid in sorted(question.waiting)]
                question.waiting.clear()
                self._finish(id_)

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
