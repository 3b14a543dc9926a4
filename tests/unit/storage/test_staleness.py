"""The bound on what a process knows of the store."""

from __future__ import annotations

import pytest

from strongroom.server.stores import StoreError, max_staleness_s
from strongroom.storage.staleness import Staleness


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.at


def test_without_a_bound_the_store_is_always_asked() -> None:
    """An answer of this very moment doesn't count for the next request."""
    staleness = Staleness(0.0, Hands())
    staleness.answered(staleness.now())
    assert not staleness.fresh


def test_the_time_counts_from_when_the_question_was_sent() -> None:
    """What changed while the store was answering may be missing."""
    hands = Hands()
    staleness = Staleness(2.0, hands)
    assert not staleness.fresh
    asked_at = staleness.now()
    hands.at += 1.5
    staleness.answered(asked_at)
    assert staleness.fresh
    hands.at += 0.5
    assert not staleness.fresh


def test_an_older_answer_takes_nothing_back() -> None:
    """Answers may come in another order than the questions."""
    hands = Hands()
    staleness = Staleness(2.0, hands)
    first = staleness.now()
    hands.at += 1.0
    staleness.answered(staleness.now())
    staleness.answered(first)
    hands.at += 1.5
    assert staleness.fresh


def test_a_question_from_before_an_own_change_does_not_count() -> None:
    """Its answer may come after the change, and doesn't have it."""
    hands = Hands()
    staleness = Staleness(2.0, hands)
    asked_at = staleness.now()
    hands.at += 0.1
    staleness.forget()
    staleness.answered(asked_at)
    assert not staleness.fresh
    hands.at += 0.1
    staleness.answered(staleness.now())
    assert staleness.fresh


@pytest.mark.parametrize(("text", "seconds"), [("", 0.0), ("0", 0.0), ("500ms", 0.5), ("1m", 60.0)])
def test_a_bound_is_taken(text: str, seconds: float) -> None:
    """For every type of store; without one nothing is old."""
    for type_ in ("sqlite", "postgresql", "inmem"):
        assert max_staleness_s(type_, {"max_staleness": text} if text else {}) == seconds


@pytest.mark.parametrize("text", ["soon", "-1s", "61s"])
def test_a_bound_that_would_not_do_is_refused(text: str) -> None:
    """What is no duration, or would let a revoked token work for longer than a minute."""
    with pytest.raises(StoreError, match="max_staleness"):
        max_staleness_s("postgresql", {"max_staleness": text})
