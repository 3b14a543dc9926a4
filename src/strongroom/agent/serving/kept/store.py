"""What the parts of the agent may keep for the next process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Kept(Protocol):
    """Bytes by name, which outlive the process.  Names are words with `/` between them, and no secrets."""

    def load(self) -> Mapping[str, bytes]:
        """All that was kept when this process began."""
        ...

    async def save(self, name: str, content: bytes | None) -> None:
        """Keep this in the place of what had the name; None takes it out.  It is kept when this returns.

        Raises: `NotKept`.
        """
        ...


class NotKept(Exception):
    """Something couldn't be kept.  The text says why."""


class NothingKept:
    """For an agent that isn't configured to keep anything."""

    def load(self) -> Mapping[str, bytes]:
        """Nothing."""
        return {}

    async def save(self, name: str, content: bytes | None) -> None:
        """Do nothing."""
