"""The node's processes, for the API."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol, assert_never

from strongroom.core.node import Node
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.exposition import Measure
from strongroom.lib.merging import merged
from strongroom.server import logs
from strongroom.server.logs.lines import hand_on, lines_for, own_lines, place_for
from strongroom.server.logs.watches import FROM_NOW, Place
from strongroom.server.messages.questions import Answer, AskInFlight, AskLogLines, AskMeasures, Question, SetLogLevel
from strongroom.server.messages.to_supervisor import AskAll
from strongroom.server.messages.to_worker import Answers
from strongroom.services.exchange import ApiRequest
from strongroom.sysapi.processes import WorkerCounts, shown
from strongroom.sysapi.system.gauges import of_process

_ASK_S = 0.5
"""How late the log lines of other processes may arrive."""


def answer(question: Question, node: Node | None) -> Answer:
    """What this process answers to a question that goes to all.

    Args:
        node: None while its store isn't open yet.
    """
    match question:
        case SetLogLevel():
            logs.set_level(question.level, question.logger)
            return Answer()
        case AskInFlight():
            return Answer(shown(node.running if node is not None else {}))
        case AskLogLines():
            return Answer(log=own_lines(question))
        case AskMeasures():
            return Answer(measures=tuple(of_process(node)) if node is not None else ())
        case _:
            assert_never(question)


def _known(level: str) -> str:
    if level and level not in logs.LEVELS:
        raise InvalidRequest(f"invalid level provided: unknown log level: {level}")
    return level


def _levels() -> dict[str, str]:
    return {logger: logs.level(logger) for logger in logs.LOGGERS}


class OwnProcess:
    """A node that is one process, as in development.

    Args:
        running: what it is answering, which it keeps up to date.

    Attributes:
        measure: what the process counts and measures.
    """

    def __init__(self, running: Mapping[str, ApiRequest]) -> None:
        self._running = running
        self.measure: Callable[[], list[Measure]] = list

    async def in_flight(self) -> dict[str, Any]:
        """The requests being answered."""
        return shown(self._running)

    def log_levels(self) -> dict[str, str]:
        """The level of each logger."""
        return _levels()

    async def set_log_level(self, level: str, logger: str = "") -> None:
        """Log at this level from now on."""
        logs.set_level(_known(level), logger)

    def watch(self, level: str, format_: str) -> AsyncIterator[bytes]:
        """The log of this process, which is the node's."""
        return lines_for(level, format_, place_for(level, format_))

    def watching(self) -> int:
        """How many clients read the log by way of this process."""
        return logs.readers.count

    async def measures(self) -> Sequence[Measure]:
        """The numbers of this process."""
        return self.measure()

    def counts(self) -> WorkerCounts:
        """One, and no other."""
        return WorkerCounts(serving=1, wanted=1)


class Asking(Protocol):
    """Sends a question to the supervisor and waits for its reply."""

    def __call__(self, message: AskAll, kind: type[Answers], /) -> Awaitable[Answers]:
        """Ask."""
        ...


class AllWorkers:
    """A node of several processes.

    Args:
        ask: asks the supervisor.

    Attributes:
        known: how many workers there are, by what the supervisor said last.
    """

    def __init__(self, ask: Asking) -> None:
        self._ask = ask
        self.known = WorkerCounts()
        self._readers = 0
        self._following: asyncio.Task[None] | None = None

    async def in_flight(self) -> dict[str, Any]:
        """The requests that any worker is answering."""
        reply = await self._ask(AskAll(AskInFlight()), Answers)
        return {id_: request for answered in reply.answers for id_, request in answered.in_flight.items()}

    def log_levels(self) -> dict[str, str]:
        """The level of each logger, which is the same in all workers."""
        return _levels()

    async def set_log_level(self, level: str, logger: str = "") -> None:
        """Log at this level from now on, in the supervisor and in every worker."""
        await self._ask(AskAll(SetLogLevel(_known(level), logger)), Answers)

    async def measures(self) -> Sequence[Measure]:
        """The numbers of all workers and of the supervisor together."""
        reply = await self._ask(AskAll(AskMeasures()), Answers)
        return merged(answered.measures for answered in reply.answers)

    def counts(self) -> WorkerCounts:
        """How many workers there are, and were."""
        return self.known

    def watch(self, level: str, format_: str) -> AsyncIterator[bytes]:
        """The log of all workers and of the supervisor."""
        return self._watch(level, format_, place_for(level, format_))

    def watching(self) -> int:
        """How many clients read the log by way of this process."""
        return logs.readers.count

    async def _watch(self, level: str, format_: str, place: Place) -> AsyncIterator[bytes]:
        self._readers += 1
        if self._following is None:
            self._following = asyncio.create_task(self._follow())
        try:
            async with aclosing(lines_for(level, format_, place)) as lines:
                async for block in lines:
                    yield block
        finally:
            self._readers -= 1
            if not self._readers and self._following is not None:
                self._following.cancel()
                self._following = None

    async def _follow(self) -> None:
        """Fetch the log lines of the other processes, as long as a client reads them here."""
        after: dict[str, int] = {}
        while True:
            if wanted := logs.readers.least:
                # A process that didn't get the first question has started since, so all of its lines are new.
                question = AskLogLines(wanted, dict(after), 0 if after else FROM_NOW)
                for told in (await self._ask(AskAll(question), Answers)).answers:
                    if told.log is not None:
                        after[told.log.process] = told.log.last
                        if told.log.process != str(os.getpid()):
                            hand_on(told.log)
            await asyncio.sleep(_ASK_S)
