"""Circuit breakers: who doesn't respond isn't asked again at once."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Breakers, breaker
from strongroom.testing import SetClock


def fails(breakers: Breakers, target: str = "a") -> str:
    """Make a call that doesn't get through, or isn't made; the error's text."""
    with pytest.raises(Unreachable) as caught, breakers.call(target):
        raise Unreachable("connection refused")
    return caught.value.text


def made(breakers: Breakers, target: str = "a") -> bool:
    """Whether a call is made."""
    calls = []
    try:
        with breakers.call(target):
            calls.append(1)
    except Unreachable:
        return False
    return True


def test_three_failures_open_the_breaker_of_one_target() -> None:
    clock = SetClock()
    breakers = Breakers("the database", clock=clock.monotonic)
    assert [fails(breakers) for _ in range(3)] == ["connection refused"] * 3
    assert not made(breakers)
    assert fails(breakers) == "the database did not respond: connection refused; it is asked again in 2 s"
    assert made(breakers, "b")
    state = breakers.state("a")
    assert (state.failures, state.last_error, state.pause_s) == (3, "connection refused", 2.0)


def test_each_failed_trial_makes_the_pause_longer_up_to_a_minute() -> None:
    clock = SetClock()
    breakers = Breakers("the database", clock=clock.monotonic)
    pauses = []
    for _ in range(3):
        fails(breakers)
    for _ in range(7):
        pauses.append(breakers.state("a").pause_s)
        clock.advance(pauses[-1])
        fails(breakers)
    assert pauses == [2, 4, 8, 16, 32, 60, 60]


def test_one_call_tries_and_its_success_closes() -> None:
    clock = SetClock()
    breakers = Breakers("the database", clock=clock.monotonic)
    for _ in range(3):
        fails(breakers)
    clock.advance(2)
    with breakers.call("a"):
        assert not made(breakers)  # one at a time
    assert made(breakers)
    assert breakers.state("a").failures == 0


def test_an_interrupted_trial_lets_another_one_follow() -> None:
    clock = SetClock()
    breakers = Breakers("the database", clock=clock.monotonic)
    for _ in range(3):
        fails(breakers)
    clock.advance(2)
    with pytest.raises(KeyboardInterrupt), breakers.call("a"):
        raise KeyboardInterrupt
    assert made(breakers)


def test_a_refusal_is_an_answer() -> None:
    breakers = Breakers("the database")
    for _ in range(2):
        fails(breakers)
    with pytest.raises(UpstreamFailed), breakers.call("a"):
        raise UpstreamFailed("permission denied for database")
    assert breakers.state("a").failures == 0


def test_a_changed_configuration_is_tried_at_once() -> None:
    breakers = Breakers("the database")
    for _ in range(3):
        fails(breakers)
    breakers.forget("a")
    assert made(breakers)


def test_any_number_of_targets_takes_no_more_memory() -> None:
    """Whoever configures a mount may name one address after the other."""
    breakers = Breakers("the database")
    for at in range(breaker.MOST_TARGETS + 10):
        fails(breakers, f"target {at}")
    assert breakers.state("target 9").failures == 0
    assert breakers.state("target 10").failures == 1
    assert breakers.state(f"target {breaker.MOST_TARGETS + 9}").failures == 1
