"""The lines of the log as readers get them, and as other processes are told of them."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, MutableMapping
from typing import Any

from strongroom.lib.errors import InvalidRequest
from strongroom.server.logs.log import readers, renderer_of, without_secrets
from strongroom.server.logs.output import LEVELS
from strongroom.server.logs.watches import Place, loss
from strongroom.server.messages.questions import AskLogLines, LogLines

_MONITORED = frozenset({"trace", "debug", "info", "warn", "error"})


def place_for(level: str, format_: str) -> Place:
    """A place for one more reader.  Raises `InvalidRequest`, and `RateLimited` when as many read as may."""
    if level not in _MONITORED:
        raise InvalidRequest("unknown log level")
    if format_ not in {"standard", "json"}:
        raise InvalidRequest("unknown log format")
    return readers.take_place()


def lines_for(level: str, format_: str, place: Place) -> AsyncGenerator[bytes]:
    """The log from now on, in pieces of whole lines."""
    render = renderer_of(format_)

    def line(event: MutableMapping[str, Any]) -> str:
        return without_secrets(str(render(None, str(event.get("level", "")), event)))

    return readers.lines(LEVELS[level], line, place)


def own_lines(question: AskLogLines) -> LogLines:
    """What this process has logged since it was last asked by the same reader."""
    process = str(os.getpid())
    return readers.since(process, question.level, question.after.get(process, question.otherwise))


def hand_on(told: LogLines) -> None:
    """Hand what another process has logged to the readers of this one."""
    if told.lost:
        readers.hand_on(LEVELS["warn"], loss(told.lost))
    for level, event in told.events:
        readers.hand_on(level, event)
