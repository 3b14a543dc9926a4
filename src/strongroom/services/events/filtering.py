"""Expressions that events have to meet (pure).

Source: https://developer.hashicorp.com/vault/docs/commands/events#filter
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.lib.bexpr import MISSING, Path, parse
from strongroom.lib.errors import InvalidRequest
from strongroom.services.events.selection import Filter

SELECTORS: Final = ("event_type", "operation", "source_plugin_mount", "data_path", "namespace")


def filter_of(text: str) -> Filter | None:
    """The filter that an expression stands for; None for an empty one.

    Raises: `InvalidRequest` for what is no expression, and for one about something that events don't have: it would
        never be true, and nobody would notice.
    """
    if not text.strip():
        return None
    expression = parse(text)
    for path in expression.paths():
        if len(path) != 1 or path[0] not in SELECTORS:
            raise InvalidRequest(f"the filter asks for {'.'.join(path)[:64]}, and events have {', '.join(SELECTORS)}")

    def holds(values: Mapping[str, str]) -> bool:
        def look(path: Path) -> object:
            return values.get(path[0], MISSING)

        return expression.holds(look)

    return holds
