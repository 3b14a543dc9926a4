"""What a health check says.  (p)"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Status(IntEnum):
    """How grave a finding is.  From `INFORMATIONAL` on, the number is the exit code too."""

    NOT_APPLICABLE = 0
    OK = 1
    INFORMATIONAL = 2
    WARNING = 3
    CRITICAL = 4
    INVALID_VERSION = 5
    INSUFFICIENT_PERMISSIONS = 6

    @property
    def shown(self) -> str:
        """The name that is printed."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check's table."""

    status: Status
    endpoint: str
    message: str

    def document(self) -> dict[str, Any]:
        """The fields in the order in which they are printed."""
        return {
            "status_code": int(self.status),
            "status": self.status.shown,
            "endpoint": self.endpoint,
            "message": self.message,
        }


CUT_OFFS = {
    "": Status.INFORMATIONAL,
    "default": Status.INFORMATIONAL,
    "informational": Status.INFORMATIONAL,
    "warning": Status.WARNING,
    "critical": Status.CRITICAL,
    "permission": Status.INVALID_VERSION,
}
"""The least status that fails the command, by the value of `-return-indicator`."""


def exit_code(findings: Iterable[Finding], indicator: str) -> int:
    """The command's exit code: that of the gravest finding, 0 if it is below the cut-off."""
    gravest = max((finding.status for finding in findings), default=Status.NOT_APPLICABLE)
    return int(gravest) if gravest >= CUT_OFFS[indicator] else 0
