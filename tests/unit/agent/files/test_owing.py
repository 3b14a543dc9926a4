"""The mark beside a file that was changed and of which nobody was told yet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from strongroom.agent.files.owing import is_owed, owe, settle
from strongroom.agent.files.replacing import NotWritten, Target


def test_a_mark_is_there_until_it_is_settled(tmp_path: Path) -> None:
    """It holds nothing, is nobody else's to read, and can be made and removed again and again."""
    target = Target(str(tmp_path / "new" / "x"))
    assert not is_owed(target)
    for _ in range(2):
        owe(target)
        assert is_owed(target)
    (mark,) = (tmp_path / "new").iterdir()
    assert (mark.name, mark.stat().st_size, mark.stat().st_mode & 0o777) == (".x.changed", 0, 0o600)
    for _ in range(2):
        settle(target)
        assert not is_owed(target)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Somebody who puts a link there has no file made elsewhere."""
    (tmp_path / ".x.changed").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotWritten, match=f"^{tmp_path}/x: "):
        owe(Target(str(tmp_path / "x")))
    assert not (tmp_path / "elsewhere").exists()


def test_a_pipe_holds_up_nobody(tmp_path: Path) -> None:
    """Somebody who puts a pipe there, whose other end nobody reads, has no thread wait for him."""
    os.mkfifo(tmp_path / ".x.changed")
    with pytest.raises(NotWritten, match=f"^{tmp_path}/x: "):
        owe(Target(str(tmp_path / "x")))


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """It is an error before the file is changed."""
    (tmp_path / "file").touch()
    with pytest.raises(NotWritten, match="not a directory"):
        owe(Target(str(tmp_path / "file" / "x"), creates_folders=False))
