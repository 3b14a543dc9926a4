"""A log file is put aside when its rule says so, and no line is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.server.logs.output import Output
from strongroom.server.logs.rotation import Rotation

PATH = Path("/var/log/agent.log")


@pytest.mark.parametrize(
    ("rule", "size_bytes", "age_s", "due"),
    [
        (Rotation(), 10**9, 10.0**9, False),
        (Rotation(most_bytes=100), 99, 1e9, False),
        (Rotation(most_bytes=100), 100, 0, True),
        (Rotation(longest_s=60), 10**9, 59.9, False),
        (Rotation(longest_s=60), 0, 60, True),
        (Rotation(most_bytes=-1, longest_s=-1), 10**9, 1e9, False),
    ],
)
def test_when(rule: Rotation, size_bytes: int, age_s: float, due: bool) -> None:
    """By size or by age, whichever is given."""
    assert rule.is_due(size_bytes, age_s) is due


@pytest.mark.parametrize(
    ("kept", "removed"),
    [
        (0, []),
        (1, ["agent-9.log", "agent-10.log"]),
        (3, []),
        (9, []),
        (-1, ["agent-9.log", "agent-10.log", "agent-11.log"]),
    ],
)
def test_which_are_removed(kept: int, removed: list[str]) -> None:
    """The oldest by their time, and never a file that only looks like one."""
    others = ["agent.log", "agent-x.log", "agent-.log", "agent-1.txt", "other-1.log", "agent-1-2.log", "agent-².log"]
    assert Rotation(kept=kept).surplus(PATH, ["agent-11.log", "agent-9.log", "agent-10.log", *others]) == removed


def test_a_name_has_the_time() -> None:
    """Where collectors of the older programs look for it."""
    assert Rotation().name(PATH, 1795808538964175062) == Path("/var/log/agent-1795808538964175062.log")


def test_lines_go_on_in_a_new_file(tmp_path: Path) -> None:
    """Every line stands in one of the files, and so many older ones are there as the rule keeps."""
    output, path = Output(), tmp_path / "agent.log"
    output.configure("warn", path)
    output.rotation = Rotation(most_bytes=30, kept=2)
    for number in range(10):
        output.write(f"line {number:05}")  # 11 bytes with its end: the fourth begins a new file
    assert path.read_text() == "line 00009\n"
    older = sorted(tmp_path.glob("agent-*.log"))
    assert [file.read_text().split() for file in older] == [
        ["line", "00003", "line", "00004", "line", "00005"],
        ["line", "00006", "line", "00007", "line", "00008"],
    ]
    assert output.level_of() == "warn"
    output.configure("", None)


def test_a_file_that_cannot_be_put_aside_goes_on(tmp_path: Path) -> None:
    """Its folder is gone: nothing is raised into what is being logged."""
    output, path = Output(), tmp_path / "logs" / "agent.log"
    output.configure("info", path)
    output.rotation = Rotation(most_bytes=1)
    output.write("one")
    path.rename(tmp_path / "moved")
    path.parent.rmdir()
    output.write("two")
    assert (tmp_path / "moved").read_text() == "one\ntwo\n"
    output.configure("", None)
