"""What `writeToFile` writes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from strongroom.agent.files.further import composed, write_further
from strongroom.agent.files.replacing import NotWritten
from strongroom.template.surroundings import WrittenFile


def _written(path: str, text: str, flags: str = "") -> WrittenFile:
    return WrittenFile(path, "", "", "0640", text, flags)


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([("x", "a", "")], [("x", "a", False)]),
        ([("x", "a", "newline")], [("x", "a\n", False)]),
        ([("x", "a", ""), ("x", "b", "append")], [("x", "ab", False)]),
        ([("x", "a", "append"), ("x", "b", "append,newline")], [("x", "ab\n", True)]),
        ([("x", "a", "append"), ("x", "b", "")], [("x", "b", False)]),
        ([("x", "a", ""), ("y", "b", ""), ("./x", "c", "append")], [("x", "ac", False), ("y", "b", False)]),
    ],
)
def test_calls_are_put_together(calls: list[tuple[str, str, str]], expected: list[tuple[str, str, bool]]) -> None:
    """Each file is written once, with what all calls of one execution add to it."""
    found = composed(_written(*call) for call in calls)
    assert [(each.target.path, each.text, each.appends) for each in found] == expected


def test_files_are_written(tmp_path: Path) -> None:
    """A file is replaced or added to, with the mode that was given, and only if that changes it."""
    file = tmp_path / "a" / "x"
    (first,) = composed([_written(str(file), "one")])
    assert write_further(first)
    assert not write_further(first)
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode), file.stat().st_uid) == ("one", 0o640, os.getuid())
    (more,) = composed([_written(str(file), "two", "append,newline")])
    assert write_further(more)
    assert file.read_text() == "onetwo\n"


def test_adding_to_a_link_publishes_nothing(tmp_path: Path) -> None:
    """Text isn't copied from wherever a link leads to into a file with other rights."""
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "x").symlink_to("precious")
    (more,) = composed([_written(str(tmp_path / "x"), "two", "append")])
    with pytest.raises(NotWritten, match="symbolic links"):
        write_further(more)
    assert (tmp_path / "precious").read_text() == "precious"
