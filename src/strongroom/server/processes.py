"""The node's processes as the API asks them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import aclosing
from typing import Any

from strongroom.lib.errors import InvalidRequest
from strongroom.server import logs
from strongroom.server.protocol import Message
from strongroom.server.watches import FROM_NOW, Place, loss
from strongroom.services.exchange import ApiRequest
from strongroom.sysapi.processes import shown

IN_FLIGHT = "in-flight"
LOG_LEVEL = "log-level"


LOG_LINES = "log-lines"
_MONITORED = frozenset({"trace", "debug", "info", "warn", "error"})
_ASK_S = 0.5
"""How late the lines of other processes may be."""


def answer(question: Mapping[str, Any], running: Mapping[str, ApiRequest]) -> dict[str, Any]:
    """What this process answers to a question that goes to all."""
    if question["name"] == LOG_LEVEL:
        logs.set_level(str(question["level"]))
        return {}
    if question["name"] == LOG_LINES:
        return own_lines(question)
    return shown(running)


def own_lines(question: Mapping[str, Any]) -> dict[str, Any]:
    """What this process has logged since it was last asked by the same reader."""
    pid = str(os.getpid())
    after = int(question["after"].get(pid, question["otherwise"]))
    return {"pid": pid, **logs.watches.since(int(question["level"]), after)}


def _place(level: str, format_: str) -> Place:
    if level not in _MONITORED:
        raise InvalidRequest("unknown log level")
    if format_ not in {"standard", "json"}:
        raise InvalidRequest("unknown log format")
    return logs.watches.take_place()


def _lines(level: str, format_: str, place: Place) -> AsyncGenerator[bytes]:
    render = logs.renderer_of(format_)

    def line(event: MutableMapping[str, Any]) -> str:
        return str(render(None, str(event.get("level", "")), event))

    return logs.watches.lines(logs.LEVELS[level], line, place)


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

    def watch(self, level: str, format_: str) -> AsyncIterator[bytes]:
        """The log of this process, which is the node's."""
        return _lines(level, format_, _place(level, format_))

    def watching(self) -> int:
        """How many clients read the log by way of this process."""
        return logs.watches.count


class AllWorkers:
    """A node of several processes.

    Args:
        ask: sends a message to the supervisor and waits for its reply.
    """

    def __init__(self, ask: Callable[[Message], Awaitable[Message]]) -> None:
        self._ask = ask
        self._readers = 0
        self._following: asyncio.Task[None] | None = None

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

    def watch(self, level: str, format_: str) -> AsyncIterator[bytes]:
        """The log of all workers and of the supervisor."""
        return self._watch(level, format_, _place(level, format_))

    def watching(self) -> int:
        """How many clients read the log by way of this process."""
        return logs.watches.count

    async def _watch(self, level: str, format_: str, place: Place) -> AsyncIterator[bytes]:
        self._readers += 1
        if self._following is None:
            self._following = asyncio.create_task(self._follow())
        try:
            async with aclosing(_lines(level, format_, place)) as lines:
                async for block in lines:
                    yield block
        finally:
            self._readers -= 1
            if not self._readers and self._following is not None:
                self._following.cancel()
                self._following = None

    async def _follow(self) -> None:
        """Ask the other processes for what they have logged, for as long as anybody reads it here."""
        after: dict[str, int] = {}
        while True:
            wanted = logs.watches.least
            if wanted:
                # A process that the first question didn't reach has started since: all of its lines are new.
                body = {"name": LOG_LINES, "level": wanted, "after": after, "otherwise": 0 if after else FROM_NOW}
                for told in (await self._ask(Message("ask-all", body=body))).body["answers"]:
                    after[told["pid"]] = told["last"]
                    if told["pid"] != str(os.getpid()):
                        _hand_on(told)
            await asyncio.sleep(_ASK_S)


def _hand_on(told: Mapping[str, Any]) -> None:
    if told["lost"]:
        logs.watches.hand_on(logs.LEVELS["warn"], loss(told["lost"]))
    for level, event in told["events"]:
        logs.watches.hand_on(level, event)
