"""The node's processes as the API asks them."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol, assert_never

from strongroom.lib.errors import InvalidRequest
from strongroom.server import logs
from strongroom.server.messages.questions import Answer, AskInFlight, Question, SetLogLevel
from strongroom.server.messages.to_supervisor import AskAll
from strongroom.server.messages.to_worker import Answers
from strongroom.services.exchange import ApiRequest
from strongroom.sysapi.processes import WorkerCounts, shown


def answer(question: Question, running: Mapping[str, ApiRequest]) -> Answer:
    """What this process answers to a question that goes to all."""
    match question:
        case SetLogLevel():
            logs.set_level(question.level)
            return Answer()
        case AskInFlight():
            return Answer(shown(running))
        case _:
            assert_never(question)


def _known(level: str) -> str:
    if level and level not in logs.LEVELS:
        raise InvalidRequest(f"invalid level provided: unknown log level: {level}")
    return level


class OwnProcess:
    """A node that is one process, as in development.

    Args:
        running: what it is answering, which it keeps up to date.
    """

    def __init__(self, running: Mapping[str, ApiRequest]) -> None:
        self._running = running

    async def in_flight(self) -> dict[str, Any]:
        """The requests being answered."""
        return shown(self._running)

    def log_level(self) -> str:
        """The level of the server's log."""
        return logs.level()

    async def set_log_level(self, level: str) -> None:
        """Log at this level from now on."""
        logs.set_level(_known(level))

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

    async def in_flight(self) -> dict[str, Any]:
        """The requests that any worker is answering."""
        reply = await self._ask(AskAll(AskInFlight()), Answers)
        return {id_: request for answered in reply.answers for id_, request in answered.in_flight.items()}

    def log_level(self) -> str:
        """The level of the server's log, which is one for all workers."""
        return logs.level()

    async def set_log_level(self, level: str) -> None:
        """Log at this level from now on, in the supervisor and in every worker."""
        await self._ask(AskAll(SetLogLevel(_known(level))), Answers)

    def counts(self) -> WorkerCounts:
        """How many workers there are, and were."""
        return self.known
