"""What a diagnosis finds: a tree of checks, each with its verdict and with what to do about it (pure).

Source: https://developer.hashicorp.com/vault/docs/commands/operator/diagnose
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from strongroom.lib.errors import StrongroomError


class Status(StrEnum):
    """A check's verdict."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


_WORST_FIRST = (Status.FAIL, Status.WARN, Status.OK, Status.SKIPPED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check, or a group of them."""

    name: str
    status: Status = Status.OK
    message: str = ""
    """What was found; empty for a group."""
    warnings: tuple[str, ...] = ()
    advice: str = ""
    """What to do; empty where there is nothing to do."""
    children: tuple[Finding, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    """What was measured on the way, for `-debug`; never a secret."""
    stops: bool = False
    """Whether other checks could not be made because of this failure."""

    def walk(self) -> Iterator[Finding]:
        """This one and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def ok(name: str, message: str = "", *, facts: Mapping[str, object] | None = None) -> Finding:
    """Nothing to do."""
    return Finding(name, Status.OK, message, facts=_texts(facts))


def warn(name: str, warning: str, advice: str = "", *, facts: Mapping[str, object] | None = None) -> Finding:
    """It works, and there is something to look into."""
    return Finding(name, Status.WARN, warnings=(warning,), advice=advice, facts=_texts(facts))


def fail(
    name: str, message: str, advice: str = "", *, stops: bool = False, facts: Mapping[str, object] | None = None
) -> Finding:
    """The server doesn't start like this, or isn't safe.

    Args:
        stops: whether other checks could not be made because of it.
    """
    return Finding(name, Status.FAIL, message, advice=advice, facts=_texts(facts), stops=stops)


def text_of(error: Exception) -> str:
    """An error with its detail, which is for operators only."""
    detail = error.detail if isinstance(error, StrongroomError) else ""
    return f"{error} ({detail})" if detail and detail not in str(error) else str(error)


def skipped(name: str, message: str) -> Finding:
    """Not checked; the message says why."""
    return Finding(name, Status.SKIPPED, message)


def group(name: str, children: Iterable[Finding]) -> Finding:
    """Checks under one heading, whose verdict is the worst of theirs."""
    listed = tuple(children)
    found = {child.status for child in listed}
    status = next((status for status in _WORST_FIRST if status in found), Status.OK)
    return Finding(name, status, children=listed)


def exit_code(root: Finding) -> int:
    """The exit code that stands for a diagnosis, as the field's programs give it.

    Returns: 0 when all is well, 2 with warnings, 1 with failures, 4 when a failure kept other checks from being made.
    """
    if any(finding.stops for finding in root.walk()):
        return 4
    return {Status.FAIL: 1, Status.WARN: 2}.get(root.status, 0)


def document(finding: Finding, at_s: float, *, facts: bool = False) -> dict[str, Any]:
    """A finding in the form of the JSON output.

    Args:
        at_s: when the diagnosis was made, in seconds since the epoch.
        facts: whether what was measured is wanted too.
    """
    out: dict[str, Any] = {
        "time": datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z"),
        "name": finding.name,
        "status": str(finding.status),
    }
    if finding.message:
        out["message"] = finding.message
    if finding.warnings:
        out["warnings"] = list(finding.warnings)
    # The capital letter is the field's: programs that read a diagnosis look for it.
    out["Advice"] = finding.advice
    if facts and finding.facts:
        out["facts"] = dict(finding.facts)
    if finding.children:
        out["children"] = [document(child, at_s, facts=facts) for child in finding.children]
    return out


def _texts(facts: Mapping[str, object] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (facts or {}).items()}
