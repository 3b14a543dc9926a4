"""The packaged units are right for systemd, and none of them is less confined than the other."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conformance.program import OURS

PACKAGING = Path(__file__).parents[3] / "packaging"
UNITS = ("strongroom.service", "strongroom-agent.service")
PROGRAM = "/opt/strongroom/bin/strongroom"
DIFFERENT = {"User", "Group", "CapabilityBoundingSet", "TimeoutStopSec", "Description", "Documentation"}
"""Of the settings that both have."""
LOCAL = {"RuntimeDirectory", "RuntimeDirectoryMode", "RuntimeDirectoryPreserve", "LoadCredential"}
"""Of the agent alone."""
SERVERS = {"LogsDirectory", "LogsDirectoryMode"}
"""Of the server alone."""
PLACES = {"After", "ConditionFileNotEmpty", "ExecStart", "StateDirectory"}


def settings(unit: str) -> dict[str, str]:
    """What a unit says, the last of each name."""
    lines = (line.partition("=") for line in (PACKAGING / unit).read_text().splitlines() if not line.startswith("#"))
    return {name: value for name, sign, value in lines if sign}


def test_the_agent_is_confined_as_the_server_is() -> None:
    """Whatever the server's unit says is said by the agent's as well, but for what has to differ."""
    server, agent = settings(UNITS[0]), settings(UNITS[1])
    assert set(server) - set(agent) - DIFFERENT == SERVERS
    assert set(agent) - set(server) == LOCAL
    same = set(server) & set(agent) - DIFFERENT - PLACES
    assert len(same) > 30
    assert {name: agent[name] for name in same} == {name: server[name] for name in same}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_right(unit: str, tmp_path: Path) -> None:
    """systemd knows every setting, and finds what is started."""
    text = (PACKAGING / unit).read_text()
    assert PROGRAM in text
    (tmp_path / unit).write_text(text.replace(PROGRAM, str(OURS)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
