"""Expressions that events have to meet (pure)."""

from __future__ import annotations

from typing import Final

from strongroom.lib.errors import InvalidRequest
from strongroom.services.events.selection import Filter

MOST_CHARACTERS: Final = 2048


def filter_of(text: str) -> Filter | None:
    """The filter that an expression stands for; None for an empty one.  Raises `InvalidRequest`."""
    if not text.strip():
        return None
    raise InvalidRequest("filters of events aren't supported by this release")
