"""The node's processes as the API asks them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from strongroom.lib.errors import InvalidRequest
from strongroom.server import logs
from strongroom.server.protocol import Message
from strongroom.services.exchange import ApiRequest
from strongroom.sysapi.processes import shown

IN_FLIGHT = "in-flight"
LOG_LEVEL = "log-level"


def answer(question: Mapping[str, Any], running: Mapping[str, ApiRequest]) -> dict[str, Any]:
    """What this process answers to a question that goes to all."""
    if question["name"] == LOG_LEVEL:
        logs.set_level(str(question["level"]))
        return {}
    return shown(running)


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
        return answer({"name": IN_FLIGHT}, self._running)

    def log_level(self) -> str:
        """The level of the server's log."""
        return logs.level()

    async def set_log_level(self, level: str) -> None:
        """Log at this level from now on."""
        answer({"name": LOG_LEVEL, "level": _known(level)}, self._running)


class AllWorkers:
    """A node of several processes.

    Args:
        ask: sends a message to the supervisor and waits for its reply.
    """

    def __init__(self, ask: Callable[[Message], Awaitable[Message]]) -> None:
        self._ask = ask

    async def in_flight(self) -> dict[str, Any]:
        """The requests that any worker is answering."""
        reply = await self._ask(Message("ask-all", body={"name": IN_FLIGHT}))
        return {id_: request for answered in reply.body["answers"] for id_, request in answered.items()}

    def log_level(self) -> str:
        """The level of the server's log, which is one for all workers."""
        return logs.level()

    async def set_log_level(self, level: str) -> None:
        """Log at this level from now on, in the supervisor and in every worker."""
        await self._ask(Message("ask-all", body={"name": LOG_LEVEL, "level": _known(level)}))
