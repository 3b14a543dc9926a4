"""What is known of a dependency after something was tried (p)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import assert_never

from strongroom.agent.dependencies.certificate import Pems
from strongroom.agent.dependencies.failing import pause_s, trouble_after
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.refreshing import Next, Rule, Step, Token, next_step, with_check
from strongroom.agent.dependencies.state import Answer, State
from strongroom.agent.dependencies.terms import Expiring, Leased, Rotated, Static


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides about the next refreshing, besides the answer.

    Attributes:
        token: the one that asked for the answer.
        share: chance, as a share of 1.
    """

    rule: Rule
    token: Token
    moment: Moment
    share: float


class Failure(Enum):
    """Why something couldn't be refreshed, as far as it changes what is done."""

    AWAY = auto()
    """The server is.  When it is asked again isn't decided for each dependency."""
    REFUSED = auto()
    """The token is unknown to the server."""
    DENIED = auto()
    """The token isn't allowed to."""
    GONE = auto()
    """The lease has ended, so there is nothing to be renewed."""
    OTHER = auto()


def answered(answer: Answer, given: Circumstances) -> State:
    """After an answer, new or renewed."""
    now = given.moment.at
    planned = next_step(answer.terms, given.rule, given.token, now, given.share)
    if isinstance(answer.value, Pems) and isinstance(answer.terms, Expiring):
        planned = with_check(planned, given.rule, now, given.share)
    return State(answer, next=planned)


def replanned(state: State, given: Circumstances) -> State:
    """After a login, or a change of the rules."""
    return state if state.answer is None else replace(state, next=answered(state.answer, given).next)


def failed(state: State, tried: Step, failure: Failure, reason: str, given: Circumstances) -> State:
    """After a failure.  What was answered stays, and is called stale."""
    now, answer = given.moment.at, state.answer
    trouble = trouble_after(state.trouble, reason, given.moment)
    again = trouble.failures > 1
    left_s = _left_s(answer, now)
    later = now + pause_s(trouble.failures, given.share, left_s)
    step = Step.FETCH if left_s is not None and left_s <= 0 else tried
    match failure:
        case Failure.AWAY:
            return State(answer, trouble, Next(step, now))
        case Failure.REFUSED:
            return State(answer, trouble, Next(_after_refusal(answer, step), later if again else now))
        case Failure.DENIED if tried is Step.RENEW and answer is not None and isinstance(answer.terms, Leased):
            # It can't be renewed by this token, so it is fetched again before its end.
            return answered(replace(answer, terms=replace(answer.terms, renewable=False)), given)
        case Failure.GONE:
            return State(answer, trouble, Next(Step.FETCH, later if again else now))
        case Failure.DENIED | Failure.OTHER:
            return State(answer, trouble, Next(step, later))
    assert_never(failure)


def _after_refusal(answer: Answer | None, step: Step) -> Step:
    """A lease ends with its token, so there is nothing left to be renewed."""
    return Step.FETCH if answer is not None and isinstance(answer.terms, Leased) else step


def _left_s(answer: Answer | None, now: float) -> float | None:
    """The time until what was answered ends; None if it doesn't, or nothing was."""
    match answer.terms if answer is not None else None:
        case Leased(ends_at=ends_at) | Expiring(ends_at=ends_at):
            return ends_at - now
        case Rotated() | Static() | None:
            return None
    return None
