"""Questions that one worker has for all of them, and their answers (values only)."""

from __future__ import annotations

from typing import Any, TypeAlias

from strongroom.lib.exposition import Measure
from strongroom.server.messages.framing import Message


class AskInFlight(Message, frozen=True):
    """Which requests are being answered?"""


class SetLogLevel(Message, frozen=True):
    """Log at another level; empty for the configured one."""

    level: str
    logger: str = ""
    """Whose; empty for all loggers."""


class AskLogLines(Message, frozen=True):
    """What has been logged since?"""

    level: int
    """The least level that is wanted."""
    after: dict[str, int]
    """By process id, the number of the last event that the reader was told of."""
    otherwise: int
    """The same for processes that aren't named."""


class AskMeasures(Message, frozen=True):
    """What do you count and measure?"""


Question: TypeAlias = AskInFlight | SetLogLevel | AskLogLines | AskMeasures


class LogLines(Message, frozen=True):
    """What one process has logged since."""

    process: str
    """Its process id."""
    last: int
    """The number of the last event."""
    lost: int
    """How many are missing before the first of `events`."""
    events: tuple[tuple[int, dict[str, Any]], ...]
    """Level and values of each."""


class Answer(Message, frozen=True):
    """What one worker answers: the requests by their ids, or what it logged; none where nothing was asked for."""

    in_flight: dict[str, dict[str, str]] = {}
    log: LogLines | None = None
    measures: tuple[Measure, ...] = ()
