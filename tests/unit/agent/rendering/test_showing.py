"""What listeners show of files and secrets: numbers for alarms, and no word that may be a secret."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import msgspec

from strongroom.agent.dependencies.failing import Trouble
from strongroom.agent.rendering.showing import of_rendering, of_turn, shown
from strongroom.agent.rendering.status import CommandStatus, DependencyStatus, RenderingStatus, TemplateStatus
from strongroom.agent.turns.status import TurnStatus

DENIED, AWAY = Trouble(900.0, 3, "permission denied"), Trouble(950.0, 1, "connection refused")
STATUS = RenderingStatus(
    templates=(
        TemplateStatus("/a", "rendered", 990.0, (), None),
        TemplateStatus("/b", "waiting", None, ("read secret/b",), None),
        TemplateStatus("/c", "failing", None, (), Trouble(0.0, 1, "no space left")),
    ),
    dependencies=(
        DependencyStatus("read secret/a", True, None, "fetch", 200.0),
        DependencyStatus("read secret/b", False, AWAY, "fetch", 1.0),
        DependencyStatus("read secret/c", True, DENIED, "", 0.0),
        DependencyStatus("read secret/d", True, AWAY, "", 0.0),
    ),
    commands=(CommandStatus("sh -c PASSWORD=hunter2 reload", ("/a", "/b"), DENIED),),
    outage=AWAY,
)
QUIET = RenderingStatus((), (), (), None)
NAMES = ("templates", "waiting", "failing", "commands_failing", "dependencies")
LATER_NAMES = ("lacking", "stale", "stale_seconds", "server_away")


def _numbers(status: RenderingStatus) -> dict[str, float]:
    found = of_rendering("agent", status, 1000.0)
    return {each.name.removeprefix("vault.agent.rendering."): each.value for each in found}


def test_numbers() -> None:
    """Each counts what its name says; what was never known isn't stale."""
    assert _numbers(STATUS) == dict(zip((*NAMES, *LATER_NAMES), (3, 1, 1, 1, 4, 1, 2, 100.0, 1), strict=True))
    assert set(_numbers(QUIET).values()) == {0}
    assert len(_numbers(QUIET)) == 9
    page = (Path(__file__).parents[4] / "docs" / "monitoring.md").read_text()
    section = page.partition("## Agents\n")[2].partition("\n## ")[0]
    assert set(_numbers(STATUS)) == set(re.findall(r"^\| `(\w+)`", section, re.M))
    assert of_rendering("proxy", None, 1000.0) == []


def test_a_command_is_known_by_its_files() -> None:
    """Its words stand in nobody's answer; all else does."""
    found = shown(STATUS)
    text = msgspec.json.encode(found).decode()
    assert found is not None
    assert "hunter2" not in text
    trouble = {"since": 900.0, "failures": 3, "reason": DENIED.reason}
    assert list(found["commands"]) == [{"after": ("/a", "/b"), "trouble": trouble}]
    assert [each["name"] for each in found["dependencies"]] == [each.name for each in STATUS.dependencies]
    assert shown(None) is None


def test_failures() -> None:
    """All of them; while the server is away, what depends on it is told once.  No command's words."""
    own = ["/c: no space left", "the command after /a, /b: permission denied"]
    assert list(STATUS.failures) == ["the server is away: connection refused", *own]
    denied = [
        "read secret/b: connection refused",
        "read secret/c: permission denied",
        "read secret/d: connection refused",
    ]
    assert list(replace(STATUS, outage=None).failures) == [own[0], *denied, own[1]]
    assert QUIET.failures == ()


def test_turns() -> None:
    """How long an instance has waited for its turn, or has kept it; why it isn't given back or taken."""
    waiting = TurnStatus("turns/web", "waiting", 900.0, "no turn is free")
    held = TurnStatus("turns/web", "held", 990.0, "it ended with status 7")
    shown_as = {
        each: [(gauge.name, gauge.value) for gauge in of_turn("agent", each, 1000.0)] for each in (waiting, held)
    }
    names = ("vault.agent.turns.waiting_seconds", "vault.agent.turns.held_seconds")
    assert shown_as == {
        waiting: [*zip(names, (100.0, 0.0), strict=True)],
        held: [*zip(names, (0.0, 10.0), strict=True)],
    }
    assert waiting.failure == "this instance waits for its turn of turns/web: no turn is free"
    assert held.failure == "this instance keeps its turn of turns/web, as it isn't well: it ended with status 7"
    assert TurnStatus("turns/web", "held", 990.0).failure == ""
