"""What is known of a dependency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from strongroom.agent.dependencies.failing import Trouble
from strongroom.agent.dependencies.refreshing import Next
from strongroom.agent.dependencies.terms import Terms


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered.

    Attributes:
        value: as templates see it; None for a write without an answer.
        terms: how long it holds.
        login: the number of the login that asked for it.
        turn: how often it was answered before.
    """

    value: Any = field(repr=False)
    terms: Terms
    login: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What is known.

    Attributes:
        answer: the last one; None before the first one.
        trouble: why it can't be refreshed; None if it is as fresh as it should be.
        next: the next refreshing; None while one is under way.
    """

    answer: Answer | None = None
    trouble: Trouble | None = None
    next: Next | None = None
