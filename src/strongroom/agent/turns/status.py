"""What an instance does about its turn, for people (p)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """What it does."""

    NONE = "none"
    WAITING = "waiting"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class TurnStatus:
    """How it is.

    Attributes:
        group: whose turns it takes.
        phase: `none`, `waiting`, or `held`.
        since: seconds since the epoch, when that began; None for `none`.
        reason: why it waits, or why it keeps its turn because it isn't well; without a secret.
    """

    group: str
    phase: str = Phase.NONE.value
    since: float | None = None
    reason: str = ""

    @property
    def failure(self) -> str:
        """What keeps a restart waiting, this instance's or others'; empty for nothing."""
        if not self.reason:
            return ""
        if self.phase == Phase.WAITING.value:
            return f"this instance waits for its turn of {self.group}: {self.reason}"
        return f"this instance keeps its turn of {self.group}, as it isn't well: {self.reason}"
