"""What a template makes goes to its file and to those that it writes besides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.agent.config.rendering import Template
from strongroom.agent.files.replacing import NotWritten, Target
from strongroom.agent.rendering.outlet import FileOutlet, outlet_of
from strongroom.server.config.reader import Where
from strongroom.template.surroundings import WrittenFile


def _outlet(file: Path, **settings: Any) -> FileOutlet:
    return outlet_of(Template(Where("test", 1), destination=str(file), **settings))


async def test_a_change_of_any_file_counts(tmp_path: Path) -> None:
    """A template may make nothing but other files: a change of theirs is a change."""
    outlet = _outlet(tmp_path / "x")
    other = [WrittenFile(str(tmp_path / "y"), "", "", "0600", "one")]
    assert await outlet.put("text", other)
    assert not await outlet.put("text", other)
    assert await outlet.put("text", [WrittenFile(str(tmp_path / "y"), "", "", "0600", "two")])
    assert await outlet.put("another", other)
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"x": "another", "y": "one"}


async def test_what_is_added_is_added_once(tmp_path: Path) -> None:
    """Neither another rendering nor a failure of the own file adds it again."""
    (tmp_path / "y").write_text("before ")
    added = [WrittenFile(str(tmp_path / "y"), "", "", "0600", "more", "append")]
    outlet = _outlet(tmp_path / "x")
    (tmp_path / "x").mkdir()
    with pytest.raises(NotWritten, match="is a directory"):
        await outlet.put("text", added)
    (tmp_path / "x").rmdir()
    await outlet.put("text", added)
    await outlet.put("another", added)
    assert (tmp_path / "y").read_text() == "before more"


async def test_a_file_that_is_there_stays_until_something_changes(tmp_path: Path) -> None:
    """With `overwrite = false`, what an earlier run wrote isn't replaced by what is only another one of the same."""
    (tmp_path / "x").write_text("of an earlier run")
    outlet = _outlet(tmp_path / "x", overwrite=False)
    for _ in range(2):
        assert not await outlet.put("first", [])
        assert (tmp_path / "x").read_text() == "of an earlier run"
    assert await outlet.put("second", [])
    assert await outlet.put("first", [])
    assert (tmp_path / "x").read_text() == "first"


async def test_a_file_that_is_not_there_is_written(tmp_path: Path) -> None:
    """`overwrite = false` holds nothing back where there is nothing."""
    outlet = _outlet(tmp_path / "x", overwrite=False)
    assert await outlet.put("first", [])
    assert await outlet.put("second", [])


async def test_bytes_go_through(tmp_path: Path) -> None:
    """Bytes that aren't UTF-8 are written as they were."""
    await _outlet(tmp_path / "x").put("a\udcff", [])
    assert (tmp_path / "x").read_bytes() == b"a\xff"


async def test_a_command_that_is_due_outlives_the_process(tmp_path: Path) -> None:
    """The next process finds that nobody was told, until somebody is. The same content again changes nothing."""
    target, mark = Target(str(tmp_path / "x")), tmp_path / ".x.changed"
    outlet = FileOutlet(target, overwrites=True, tells=True)
    assert await outlet.put("one", ())
    assert not await outlet.put("one", ())
    assert mark.exists()
    for overwrites in (False, True):
        outlet = FileOutlet(target, overwrites=overwrites, tells=True)
        assert await outlet.put("one", ())
        assert not await outlet.put("one", ())
    first = outlet.telling()
    assert await outlet.put("two", ())
    first()
    assert mark.exists(), "of the second change nobody was told"
    outlet.telling()()
    assert not mark.exists()
    assert not await FileOutlet(target, overwrites=True, tells=True).put("two", ())
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


async def test_without_a_command_nothing_is_due(tmp_path: Path) -> None:
    """There is only the file."""
    assert await FileOutlet(Target(str(tmp_path / "x")), overwrites=True).put("one", ())
    assert [each.name for each in tmp_path.iterdir()] == ["x"]
