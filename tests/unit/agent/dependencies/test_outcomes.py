"""What is known after something was tried."""

from __future__ import annotations

import math

import pytest

from strongroom.agent.dependencies.certificate import Pems
from strongroom.agent.dependencies.failing import Trouble
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.outcomes import Circumstances, Failure, answered, failed, replanned
from strongroom.agent.dependencies.refreshing import Next, Owner, Rule, Step, Token
from strongroom.agent.dependencies.state import Answer, State
from strongroom.agent.dependencies.terms import Expiring, Leased, Static, Terms


def _given(now: float = 50.0, token: Token | None = None) -> Circumstances:
    return Circumstances(Rule(300), token or Token(Owner.CURRENT, math.inf), Moment(now, 1000 + now), 0.5)


def _answer(terms: Terms | None = None) -> Answer:
    return Answer("value", terms or Leased("l", 90, 90, True, 0), login=1)


ONCE = Trouble(900, 1, "earlier")


@pytest.mark.parametrize(
    ("state", "tried", "failure", "next_"),
    [
        # Nothing is known yet.
        (State(), Step.FETCH, Failure.OTHER, Next(Step.FETCH, 51)),
        (State(trouble=ONCE), Step.FETCH, Failure.OTHER, Next(Step.FETCH, 51.75)),
        (State(), Step.FETCH, Failure.DENIED, Next(Step.FETCH, 51)),
        (State(), Step.FETCH, Failure.REFUSED, Next(Step.FETCH, 50)),
        (State(trouble=ONCE), Step.FETCH, Failure.REFUSED, Next(Step.FETCH, 51.75)),
        (State(), Step.FETCH, Failure.AWAY, Next(Step.FETCH, 50)),
        # A lease that still holds for 40 s.
        (State(_answer()), Step.RENEW, Failure.OTHER, Next(Step.RENEW, 51)),
        (State(_answer()), Step.RENEW, Failure.AWAY, Next(Step.RENEW, 50)),
        (State(_answer()), Step.RENEW, Failure.GONE, Next(Step.FETCH, 50)),
        (State(_answer(), ONCE), Step.RENEW, Failure.GONE, Next(Step.FETCH, 51.75)),
        (State(_answer()), Step.RENEW, Failure.REFUSED, Next(Step.FETCH, 50)),
        # One that has ended.
        (State(_answer(Leased("l", 40, 40, True, 0))), Step.RENEW, Failure.OTHER, Next(Step.FETCH, 51)),
        (State(_answer(Leased("l", 40, 40, True, 0))), Step.RENEW, Failure.AWAY, Next(Step.FETCH, 50)),
        # What has no lease.
        (State(_answer(Static())), Step.FETCH, Failure.OTHER, Next(Step.FETCH, 51)),
        (State(_answer(Static())), Step.FETCH, Failure.REFUSED, Next(Step.FETCH, 50)),
    ],
)
def test_after_a_failure(state: State, tried: Step, failure: Failure, next_: Next) -> None:
    """What was answered stays; what is tried next, and when, follows from the failure and the time that is left."""
    after = failed(state, tried, failure, "reason", _given())
    assert after.answer == state.answer
    assert after.next == next_
    assert after.trouble == Trouble(900 if state.trouble else 1050, 2 if state.trouble else 1, "reason")


def test_a_lease_that_may_not_be_renewed_is_fetched_again_before_its_end() -> None:
    """A policy that denies renewing costs one request, and not one after another."""
    after = failed(State(_answer()), Step.RENEW, Failure.DENIED, "reason", _given())
    assert after.answer is not None
    assert isinstance(after.answer.terms, Leased)
    assert not after.answer.terms.renewable
    assert after.next == Next(Step.FETCH, 81)


def test_an_answer_ends_the_trouble() -> None:
    """After an answer, nothing is stale."""
    after = answered(_answer(), _given())
    assert after.trouble is None
    assert after.next is not None
    assert after.next.step is Step.RENEW


def test_a_login_plans_again_what_ends_with_the_earlier_token() -> None:
    """A new plan keeps the answer, and what it was before if there is none."""
    state = answered(_answer(), _given())
    after = replanned(state, _given(token=Token(Owner.REFUSED, -math.inf)))
    assert (after.answer, after.next) == (state.answer, Next(Step.FETCH, 50))
    assert replanned(State(), _given()) == State()


def test_a_certificate_is_checked_before_it_is_replaced() -> None:
    """One without a lease; with a lease, its end is the certificate's."""
    pems = Pems("c", "k", "a", ("a",), 0, 1)
    assert answered(Answer(pems, Expiring(0, 100_000)), _given()).next == Next(Step.CHECK, 320)
    assert answered(Answer("no certificate", Expiring(0, 100_000)), _given()).next == Next(Step.FETCH, 90_000)
    assert answered(Answer(pems, Leased("l", 1000, 1000, False, 0)), _given()).next == Next(Step.FETCH, 900)
