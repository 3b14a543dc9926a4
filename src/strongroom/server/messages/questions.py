"""Questions that one worker has for all of them, and their answers (values only)."""

from __future__ import annotations

from typing import TypeAlias

from strongroom.server.messages.framing import Message


class AskInFlight(Message, frozen=True):
    """Which requests are being answered?"""


class SetLogLevel(Message, frozen=True):
    """Log at another level; empty for the configured one."""

    level: str


Question: TypeAlias = AskInFlight | SetLogLevel


class Answer(Message, frozen=True):
    """What one worker answers: the requests that it answers, by their ids; none where nothing was asked for."""

    in_flight: dict[str, dict[str, str]] = {}
