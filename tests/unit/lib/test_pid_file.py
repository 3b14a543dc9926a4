"""The file with the number of a process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from strongroom.lib.pid_file import write_pid


def test_the_number_is_there_and_nobody_elses_to_change(tmp_path: Path) -> None:
    """It takes the place of a longer one that was left, whatever the mask and the mode of that file."""
    place = tmp_path / "pid"
    place.write_text("12345678901234567890\n")
    place.chmod(0o666)
    write_pid(place)
    assert place.read_text() == f"{os.getpid()}\n"
    assert place.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("target", ["precious", "missing", "/dev/null"])
def test_a_link_is_not_followed(tmp_path: Path, target: str) -> None:
    """Another user's link makes and changes no file elsewhere."""
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "pid").symlink_to(target)
    with pytest.raises(OSError, match="symbolic link"):
        write_pid(tmp_path / "pid")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pid", "precious"]
    assert (tmp_path / "precious").read_text() == "precious"


def test_what_is_no_file_is_refused() -> None:
    """A device would be removed with the process's end."""
    with pytest.raises(OSError, match="is no regular file"):
        write_pid(Path("/dev/null"))
