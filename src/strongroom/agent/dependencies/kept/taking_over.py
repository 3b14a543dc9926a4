"""Answers of an earlier process are taken over, if what they end with hasn't ended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import structlog

from strongroom.agent.dependencies.dependency import Dependency
from strongroom.agent.dependencies.fetching import Fetching
from strongroom.agent.dependencies.gate import Gate
from strongroom.agent.dependencies.kept.answers import KeptAnswers
from strongroom.agent.dependencies.state import Answer
from strongroom.agent.dependencies.terms import Leased
from strongroom.agent.dependencies.tokens import Tokens
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.persist")


@dataclass(frozen=True, slots=True)
class TakenOver:
    """An answer of an earlier process.

    Attributes:
        planned_at: the moment from which its next refreshing is planned, by the monotonic clock: when it came, if it
            has no lease, as if that process had never ended.
    """

    answer: Answer
    planned_at: float


class TakingOver:
    """Takes answers over, each when it is asked for the first time."""

    def __init__(self, kept: KeptAnswers, tokens: Tokens, fetching: Fetching, gate: Gate, clock: Clock) -> None:
        self._kept = kept
        self._tokens = tokens
        self._fetching = fetching
        self._gate = gate
        self._clock = clock
        self._one = asyncio.Lock()
        self._numbers: dict[str, int | None] = {}

    async def answer(self, dependency: Dependency) -> TakenOver | None:
        """What an earlier process has had of a dependency; None if that has ended, or it had nothing.

        Raises: `ClientError` when that can't be found out now.
        """
        found = self._kept.earlier(dependency)
        if found is None:
            self._kept.is_asked(dependency)
            return None
        taken: TakenOver | None = TakenOver(found.answer, min(found.at, self._clock.monotonic()))
        if isinstance(found.answer.terms, Leased):
            number = await self._number_of(found.token)
            holds = number is not None and self._kept.earlier(dependency) is not None  # It may have waited for a login.
            taken = TakenOver(replace(found.answer, login=number or 0), self._clock.monotonic()) if holds else None
        self._kept.is_asked(dependency)
        log.debug("an answer of an earlier process", dependency=str(dependency), is_good=taken is not None)
        return taken

    async def _number_of(self, token: str) -> int | None:
        """The number of the login whose token took a lease; None if the server doesn't know that token any more.

        Raises: `ClientError` if it doesn't say.
        """
        login = await self._tokens.login()
        if not token or login.token == token:
            return login.number if token else None
        async with self._one:  # The server is asked once for each token.
            if token not in self._numbers:
                left_s = await self._gate.through(lambda: self._fetching.left_s(token))
                self._numbers[token] = (
                    None if left_s is None else self._tokens.inherit(token, self._clock.monotonic() + left_s)
                )
        return self._numbers[token]
