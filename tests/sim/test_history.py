"""The history checker accepts what could have happened, and catches what could not."""

from __future__ import annotations

import itertools
from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st

from tests.sim.history import NEVER, Call, CompareAndSet, Event, History, Read, Use, Write, violations


def events(*calls: tuple[Call, float, float], key: str = "k") -> list[Event]:
    """Calls with their starts and ends, each of a client of its own."""
    return [Event(f"c{number}", key, call, start, end) for number, (call, start, end) in enumerate(calls)]


def test_calls_that_overlap_may_happen_in_either_order() -> None:
    """Two reads during one write may see the old and the new value, in that order."""
    assert violations(events((Write("x"), 0, 10), (Read(None), 1, 2), (Read("x"), 3, 4), (Read("x"), 11, 12))) == []
    assert violations(events((Write("x"), 0, 10), (Read("x"), 1, 2), (Read(None), 3, 4)))


def test_catches_a_lost_acknowledged_write() -> None:
    """A write that was answered and that nobody sees afterwards."""
    assert violations(events((Write("x"), 0, 1), (Read(None), 2, 3)))


def test_catches_a_stale_read() -> None:
    """A read that began after the second write was answered sees the first."""
    assert violations(events((Write("x"), 0, 1), (Write("y"), 2, 3), (Read("x"), 4, 5)))


def test_catches_two_winners_of_one_compare_and_set() -> None:
    """Two sets from the same old value cannot both be done; one of them refused is fine."""
    both = ((Write("x"), 0, 1), (CompareAndSet("x", "y"), 2, 4), (CompareAndSet("x", "z"), 2, 4))
    assert violations(events(*both))
    assert violations(events(*both[:2], (CompareAndSet("x", "z", done=False), 2, 4))) == []
    assert violations(events((Write("x"), 0, 1), (CompareAndSet("x", "z", done=False), 2, 4)))


def test_catches_a_revoked_token_that_still_works() -> None:
    """A use that began after the revocation was answered is refused; one beside it may be granted."""
    assert violations(events((Write(None), 0, 1), (Use(granted=True), 2, 3)), 5)
    assert violations(events((Write(None), 0, 3), (Use(granted=True), 2, 4)), 5) == []
    assert violations(events((Write(None), 0, 1), (Use(granted=False), 2, 3)), 5) == []


def test_catches_too_many_uses() -> None:
    """Three uses of a token with two are not all granted, nor is a use refused while one remains."""
    granted = [(Use(granted=True), 0.0, 9.0)] * 2
    assert violations(events(*granted), 2) == []
    assert violations(events(*granted, (Use(granted=True), 0, 9)), 2)
    assert violations(events(*granted[:1], (Use(granted=False), 0, 9)), 2)


def test_catches_one_use_counted_twice() -> None:
    """After one use of three, two remain; a reader that sees one shows a use that was counted twice."""
    assert violations(events((Use(granted=True), 0, 1), (Read(2), 2, 3)), 3) == []
    assert violations(events((Use(granted=True), 0, 1), (Read(1), 2, 3)), 3)


def test_an_unknown_outcome_may_come_late_or_never() -> None:
    """A write of unknown outcome may be seen at any later time or not at all, but not before, nor undone."""
    doubtful = (Write("x"), 2.0, NEVER)
    assert violations(events(doubtful, (Read(None), 3, 4), (Read("x"), 5, 6))) == []
    assert violations(events(doubtful, (Read(None), 3, 4))) == []
    assert violations(events(doubtful, (Read("x"), 0, 1)))
    assert violations(events(doubtful, (Read("x"), 3, 4), (Read(None), 5, 6)))


def test_keys_are_independent() -> None:
    """Only the key with the wrong answer is named."""
    good = events((Write("x"), 0, 1), (Read("x"), 2, 3), key="good")
    bad = events((Write("x"), 0, 1), (Read("y"), 2, 3), key="bad")
    (found,) = violations(good + bad)
    assert found.startswith("bad:")


def test_recording() -> None:
    """A recorded call has the time of its block; without an answer it is of unknown outcome, or leaves no trace."""
    history = History()
    with history.record("c", "k", Write("x")) as answer:
        answer.call = Write("x")
    with history.record("c", "k", Write("y")):
        pass
    with history.record("c", "k", None):
        pass
    first, second = history.events
    assert first.start <= first.end <= second.start
    assert second.end == NEVER


CALLS = st.one_of(
    st.builds(Read, st.sampled_from([None, 0, 1])),
    st.builds(Write, st.sampled_from([0, 1])),
    st.builds(CompareAndSet, st.sampled_from([None, 0, 1]), st.sampled_from([0, 1]), st.booleans()),
)
TIMES = st.tuples(st.integers(0, 8), st.integers(1, 6))


@given(st.lists(st.tuples(CALLS, TIMES, st.booleans()), max_size=5))
def test_agrees_with_trying_every_order(calls: list[tuple[Call, tuple[int, int], bool]]) -> None:
    """On small histories the search answers as trying all orders of all subsets of the unknown calls does."""
    history = events(*((call, at, NEVER if lost else at + length) for call, (at, length), lost in calls))
    assert (violations(history) == []) == any(_explains(order) for order in _orders(history))


def _orders(history: list[Event]) -> list[tuple[Event, ...]]:
    known = [event for event in history if event.end != NEVER]
    lost = [event for event in history if event.end == NEVER]
    subsets = itertools.chain.from_iterable(itertools.combinations(lost, count) for count in range(len(lost) + 1))
    return [order for subset in subsets for order in itertools.permutations([*known, *subset])]


def _explains(order: tuple[Event, ...]) -> bool:
    if any(later.end < earlier.start for earlier, later in itertools.combinations(order, 2)):
        return False
    state: Hashable = None
    for event in order:
        if event.end == NEVER:
            state = event.call.step_unanswered(state)
            continue
        right, state = event.call.step(state)
        if not right:
            return False
    return True
