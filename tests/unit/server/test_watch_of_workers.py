"""When a worker counts as hung."""

from __future__ import annotations

import time
from signal import SIGABRT, Signals

import pytest

from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.watch import HangWatch


class Worker(WorkerProcess):
    """One without a process, which notes the signals that it gets."""

    def __init__(self, *, ready: bool = True) -> None:
        self.ready = ready
        self.heard_at = 0.0
        self.ending_since: float | None = None
        self.hung = self.failed = False
        self.signals: list[Signals] = []

    @property
    def pid(self) -> int:
        """A number."""
        return 4711

    def signal(self, number: Signals) -> None:
        """Note it."""
        self.signals.append(number)


def turns_until_hung(watch: HangWatch, worker: Worker, most: int, *, heard: int = 0) -> int:
    """Look once in a second; how many seconds it took, or 0. In one of them the worker is heard."""
    begin = time.monotonic()
    for turn in range(1, most + 1):
        watch.look([worker], begin + turn)
        if worker.hung:
            assert (worker.signals, worker.failed, worker.ending_since) == ([SIGABRT], True, begin + turn)
            watch.look([worker], begin + turn + 1)
            assert (worker.signals, worker.ending_since) == ([SIGABRT], begin + turn)
            return turn
        assert (worker.signals, worker.failed, worker.ending_since) == ([], False, None)
        if turn == heard:
            watch.heard(worker)
    return 0


@pytest.mark.parametrize(
    ("timeout_s", "ready", "heard", "turns"),
    [(4, True, 0, 5), (4, True, 3, 8), (4, False, 0, 121), (0, True, 0, 0), (0, False, 0, 0), (140, False, 0, 141)],
)
def test_silence_is_measured_from_the_last_word(timeout_s: int, ready: bool, heard: int, turns: int) -> None:
    """By a signal at which it writes where it is; who opens its store may be silent for longer; 0 is for ever."""
    assert turns_until_hung(HangWatch(timeout_s), Worker(ready=ready), 145, heard=heard) == turns


def test_who_ends_already_is_left_alone() -> None:
    """It has its own time."""
    worker, begin = Worker(), time.monotonic()
    worker.ending_since = begin
    watch = HangWatch(4)
    for turn in range(1, 10):
        watch.look([worker], begin + turn)
    assert (worker.signals, worker.hung, worker.ending_since) == ([], False, begin)


def test_signs_of_life_are_wanted_several_times_within_the_limit() -> None:
    """Every second, or four times for a short limit."""
    assert [HangWatch(limit).heartbeat_s for limit in (0, 0.4, 2, 4, 60)] == [1.0, 0.1, 0.5, 1.0, 1.0]


def test_the_time_of_a_start_is_that_of_the_watch() -> None:
    """A worker that starts has been heard by the clock that runs only while somebody looks."""
    watch = HangWatch(4)
    watch.look([], time.monotonic() + 3600)
    assert watch.now() == 1.0
