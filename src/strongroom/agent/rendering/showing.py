"""How files, variables and what they are made of are shown to anybody who reaches a listener (p)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from strongroom.agent.rendering.status import RenderingStatus
from strongroom.agent.turns.status import Phase, TurnStatus
from strongroom.lib.exposition import Gauge


def shown(status: RenderingStatus | None) -> dict[str, Any] | None:
    """For the status.  Commands are known by the files after which they are run: their words may be secrets."""
    if status is None:
        return None
    whole = asdict(status)
    for command in whole["commands"]:
        del command["command"]
    return whole


def of_rendering(program: str, status: RenderingStatus | None, clock: float) -> list[Gauge]:
    """For the metrics.

    Args:
        clock: seconds since the epoch.
    """
    if status is None:
        return []
    phases = [each.phase for each in status.templates]
    stale = [each for each in status.dependencies if each.is_known and each.trouble is not None]
    since = [each.trouble.since for each in stale if each.trouble is not None]
    numbers = (
        ("templates", len(phases), "Files and variables that are made from templates."),
        ("waiting", phases.count("waiting"), "Templates that wait for something they ask for."),
        ("failing", phases.count("failing"), "Templates that cannot be rendered or written."),
        ("commands_failing", sum(each.trouble is not None for each in status.commands), "Commands that failed last."),
        ("dependencies", len(status.dependencies), "What templates ask for."),
        ("lacking", sum(not each.is_known for each in status.dependencies), "Of that, what has no answer yet."),
        ("stale", len(stale), "Of that, what could not be refreshed when it was due."),
        ("stale_seconds", max((clock - each for each in since), default=0.0), "For how long, at the most."),
        ("server_away", int(status.outage is not None), "Whether the server does not answer, or is sealed."),
    )
    return [Gauge(f"vault.{program}.rendering.{name}", value, text) for name, value, text in numbers]


def of_turn(program: str, status: TurnStatus, clock: float) -> list[Gauge]:
    """For the metrics.

    Args:
        clock: seconds since the epoch.
    """
    lasting = 0.0 if status.since is None else clock - status.since
    numbers = (
        ("waiting_seconds", Phase.WAITING, "For how long this instance has waited for its turn."),
        ("held_seconds", Phase.HELD, "For how long it has had its turn, so that others wait."),
    )
    return [
        Gauge(f"vault.{program}.turns.{name}", lasting if status.phase == phase.value else 0.0, text)
        for name, phase, text in numbers
    ]
