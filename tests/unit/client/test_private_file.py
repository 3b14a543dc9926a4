"""Files that only their owner may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from strongroom.client.private_file import replace_private


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_new_file_is_its_owners(tmp_path: Path) -> None:
    """Whatever the umask lets through, the mode is 0600."""
    before = os.umask(0)
    try:
        replace_private(str(tmp_path / "token"), b"canary")
    finally:
        os.umask(before)
    assert (tmp_path / "token").read_bytes() == b"canary"
    assert _mode(tmp_path / "token") == 0o600


def test_a_file_that_others_read_is_replaced(tmp_path: Path) -> None:
    """One that was there with mode 0644 is gone with all its readers: who still has it open reads nothing new."""
    path = tmp_path / "token"
    path.write_text("earlier")
    path.chmod(0o644)
    with path.open() as opened:
        replace_private(str(path), b"canary")
        assert opened.read() == "earlier"
    assert _mode(path) == 0o600
    assert path.read_bytes() == b"canary"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """The file that a link leads to stays as it is, and so does the mode of its content's readers."""
    target, link = tmp_path / "target", tmp_path / "token"
    target.write_text("somebody's")
    link.symlink_to(target)
    replace_private(str(link), b"canary")
    assert target.read_text() == "somebody's"
    assert not link.is_symlink()
    assert _mode(link) == 0o600


def test_a_device_stays(tmp_path: Path) -> None:
    """A pipe, or a link to a device, is no place for a file: root would replace `/dev/null` for the whole machine."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match="is no regular file"):
            replace_private(str(tmp_path / name), b"canary")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]
    assert (tmp_path / "link").is_symlink()


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    """What can't be replaced stays, and no half of a secret lies beside it."""
    (tmp_path / "token").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_private(str(tmp_path / "token"), b"canary")
    assert [path.name for path in tmp_path.iterdir()] == ["token"]
