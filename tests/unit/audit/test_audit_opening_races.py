"""Paths that change while an audit file is opened, and what is no file at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from strongroom.audit.file.opening import Ground, open_log, real_path
from strongroom.lib.errors import InvalidRequest

GROUND = Ground(recognise=bool)


def test_a_link_that_was_put_there_meanwhile_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that became a link after its path was judged leads nowhere, and nothing is made behind it."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "way").symlink_to("elsewhere")
    monkeypatch.setattr(os.path, "realpath", lambda path: path)
    with pytest.raises(NotADirectoryError):
        open_log(str(tmp_path / "way" / "a.log"), 0, GROUND)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_in_the_last_place_is_refused_by_name(tmp_path: Path) -> None:
    """Whatever it leads to, and even if that is a log."""
    (tmp_path / "real.log").write_text("ours\n")
    (tmp_path / "a.log").symlink_to("real.log")
    with pytest.raises(InvalidRequest, match="cannot be an audit file: it is a symbolic link"):
        open_log(str(tmp_path / "a.log"), 0, GROUND)


def test_a_file_that_is_moved_away_at_this_moment_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a rotation, between the look whether it is there and its opening."""
    log = tmp_path / "a.log"
    log.write_text("ours\n")
    opened: list[int] = []
    open_ = os.open

    def moving(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == "a.log":
            opened.append(flags)
            if len(opened) == 2:
                log.rename(tmp_path / "a.log.1")
        return open_(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", moving)
    os.close(open_log(str(log), 0, GROUND))
    assert len(opened) == 3
    assert (log.read_text(), (tmp_path / "a.log.1").read_text()) == ("", "ours\n")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A pipe among them, to which entries go another way."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidRequest, match="this is neither"):
        open_log(str(tmp_path / "pipe"), 0, GROUND)


def test_a_directory_is_told_in_the_systems_words() -> None:
    """As if it had been opened."""
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        real_path("/tmp/")
