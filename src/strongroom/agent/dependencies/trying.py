"""Does what is due for a dependency: renews, checks or fetches, or finds a certificate in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from strongroom.agent.dependencies.attempt import Attempt
from strongroom.agent.dependencies.dependency import Dependency, Kind
from strongroom.agent.dependencies.fetching import Fetched, Fetching
from strongroom.agent.dependencies.refreshing import Step
from strongroom.agent.dependencies.state import Answer
from strongroom.agent.dependencies.terms import Leased, is_later
from strongroom.agent.session.login import Login

log = structlog.get_logger("agent.dependencies")


class Trying:
    """Tries what an attempt says.

    Attributes:
        incomplete: certificates that were kept from a file without some part, each with files that may have the rest.
    """

    def __init__(self, fetching: Fetching) -> None:
        self._fetching = fetching
        self.incomplete: dict[Dependency, Sequence[str]] = {}

    async def tried(self, attempt: Attempt, login: Login) -> Answer:
        """Renew, check or fetch with a login's token.  Raises as `Fetching` does."""
        answer = attempt.state.answer
        if attempt.step is Step.CHECK and answer is not None:
            fault = await self._fetching.fault(attempt.dependency, answer.value, login.token)
            if not fault:
                return replace(answer, terms=self._fetching.checked(answer.value, answer.terms))
            log.info("another certificate is issued", dependency=str(attempt.dependency), reason=fault)
        if attempt.step is Step.RENEW and answer is not None and isinstance(answer.terms, Leased):
            return replace(answer, terms=await self._fetching.renew(answer.terms, answer.value, login.token))
        if attempt.step is Step.FETCH and answer is not None and attempt.dependency not in self.incomplete:
            # A certificate from a file, which seemed older before the server had told what time it is.
            terms = self._fetching.checked(answer.value, answer.terms)
            if is_later(terms, answer.terms):
                return replace(answer, terms=terms)
        fetched = await self._fetching.fetch(attempt.dependency, login.token)
        self.incomplete.pop(attempt.dependency, None)
        return attempt.answer(fetched, login.number)

    async def from_file(self, attempt: Attempt) -> Answer | None:
        """A certificate from files of an earlier rendering: the first answer, or the rest of it; None without one."""
        dependency, answer = attempt.dependency, attempt.state.answer
        if dependency.kind is not Kind.CERTIFICATE or attempt.step is not Step.FETCH:
            return None
        found: Fetched | None = None
        if answer is None:
            found = await self._fetching.kept(dependency)
        elif dependency in self.incomplete:
            found = await self._fetching.completed(answer.value, self.incomplete.pop(dependency))
        return None if found is None else attempt.answer(found, 0)
