"""Something that is tried for a dependency, and what its failure means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog

from strongroom.agent.dependencies.dependency import Dependency
from strongroom.agent.dependencies.failing import is_outage
from strongroom.agent.dependencies.fetching import Fetched
from strongroom.agent.dependencies.outcomes import Failure
from strongroom.agent.dependencies.refreshing import Step
from strongroom.agent.dependencies.secret import Secret
from strongroom.agent.dependencies.state import Answer, State
from strongroom.client.errors import ClientError, ResponseError

log = structlog.get_logger("agent.dependencies")
_NO_LEASE: Final = frozenset({400, 404})


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that is tried."""

    dependency: Dependency
    state: State
    step: Step

    @property
    def needs_user(self) -> bool:
        """Whether it gets what is there already, but newer, which makes sense only if somebody can use it."""
        return self.step is Step.FETCH and self.state.answer is not None

    def is_news(self, answer: Answer) -> bool:
        """Whether an answer has to be kept: it is another one, or its time has changed."""
        before = self.state.answer
        return before is None or before.value != answer.value or before.terms != answer.terms

    def answer(self, fetched: Fetched, login: int) -> Answer:
        """The answer that it had.  The server's warnings are told once."""
        before = self.state.answer
        told = before.value.warnings if before and isinstance(before.value, Secret) else ()
        for warning in fetched.warnings:
            if warning not in told:
                log.warning("the server warns", dependency=str(self.dependency), warning=warning)
        return Answer(fetched.value, fetched.terms, login, before.turn + 1 if before else 0)


def failure_of(error: ClientError, step: Step) -> Failure:
    """Why something couldn't be refreshed, unless the token is unknown.  (p)"""
    if is_outage(error):
        return Failure.AWAY
    if isinstance(error, ResponseError) and error.status == 403:
        return Failure.DENIED
    if step is Step.RENEW and isinstance(error, ResponseError) and error.status in _NO_LEASE:
        return Failure.GONE
    return Failure.OTHER
