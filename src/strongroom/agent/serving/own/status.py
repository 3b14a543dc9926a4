"""`/agent/v1/status`: how the agent is, told by each of its parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class StatusBoard:
    """Collects what the parts of the agent tell of themselves.  No secret belongs there: anybody may read it."""

    def __init__(self) -> None:
        self._parts: dict[str, Callable[[], Any]] = {}

    def add(self, name: str, part: Callable[[], Any]) -> None:
        """Show what a part tells, under this name.

        Args:
            part: gives what JSON can hold; called for each reader.
        """
        self._parts[name] = part

    def document(self) -> dict[str, Any]:
        """All parts, in the order in which they were added."""
        return {name: part() for name, part in self._parts.items()}
