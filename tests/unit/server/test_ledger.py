"""A node's counters never fall while it runs, whichever of its workers end or hang."""

from __future__ import annotations

from typing import cast

from strongroom.lib.exposition import Gauge, Measure
from strongroom.lib.merging import merged
from strongroom.server.messages.questions import Answer, AskInFlight, AskMeasures, Question
from strongroom.server.messages.to_supervisor import Answered, AskAll
from strongroom.server.messages.to_worker import Answers, Asked
from strongroom.server.supervisor.ledger import Ledger
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.questions import Questions


def numbers(count: int, size: int) -> list[Measure]:
    """What a worker tells: a counter and a gauge."""
    return [Gauge("vault.a_total", count, "A."), Gauge("vault.b", size, "B.")]


def test_what_ended_workers_have_counted_stays() -> None:
    """Their counters as they were told last, and none of their gauges; a worker that never told has none."""
    ledger = Ledger()
    for pid, told in ((1, (3, 5)), (2, (10, 5)), (1, (4, 6))):
        ledger.note(pid, numbers(*told))
    ledger.note(1, ())
    assert (ledger.gone(), ledger.last(1), ledger.last(3)) == ([], tuple(numbers(4, 6)), ())
    for pid in (1, 2, 3, 1):
        ledger.lost(pid)
    assert ledger.gone() == [Gauge("vault.a_total", 14, "A.")]
    assert merged([ledger.gone(), numbers(1, 2)]) == numbers(15, 2)


class Worker:
    """A worker that writes down what it is sent."""

    def __init__(self, pid: int) -> None:
        self.pid, self.ready, self.ending_since = pid, True, None
        self.sent: list[object] = []

    def send(self, message: object) -> None:
        """Take a message."""
        self.sent.append(message)


def asked(question: Question) -> tuple[Questions, list[float], Worker, Worker]:
    """A question that one of two workers doesn't answer; the clock, the one that has asked, and the silent one."""
    clock = [0.0]
    questions, asker, silent = Questions(lambda: clock[0]), Worker(1), Worker(2)
    workers = [cast("WorkerProcess", each) for each in (asker, silent)]
    questions.ask(workers[0], AskAll(question, id=7), workers)
    id_ = next(each.id for each in asker.sent if isinstance(each, Asked))
    questions.answered(workers[0], Answered(id_, Answer(measures=tuple(numbers(1, 1)))))
    return questions, clock, asker, silent


def test_a_worker_that_hangs_delays_no_scrape() -> None:
    """After two seconds what it told last stands for it; that it answers later changes nothing."""
    questions, clock, asker, silent = asked(AskMeasures())
    for now in (0.0, 1.9):
        clock[0] = now
        questions.give_up(lambda pid: Answer(measures=tuple(numbers(pid, pid))))
        assert not [each for each in asker.sent if isinstance(each, Answers)]
    clock[0] = 2.0
    questions.give_up(lambda pid: Answer(measures=tuple(numbers(pid, pid))))
    questions.answered(cast("WorkerProcess", silent), Answered(1, Answer(measures=tuple(numbers(9, 9)))))
    (answers,) = [each for each in asker.sent if isinstance(each, Answers)]
    assert (answers.id, merged(each.measures for each in answers.answers)) == (7, numbers(3, 3))


def test_other_questions_wait() -> None:
    """What was asked for another purpose has no substitute: it is answered by all, or by those that are left."""
    questions, clock, asker, silent = asked(AskInFlight())
    clock[0] = 1e9
    questions.give_up(lambda pid: Answer())
    assert not [each for each in asker.sent if isinstance(each, Answers)]
    questions.lost(cast("WorkerProcess", silent))
    assert [each for each in asker.sent if isinstance(each, Answers)]
