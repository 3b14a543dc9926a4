"""Files that templates read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from strongroom.agent.files.reading import MOST_BYTES, FileUnreadable, mark_of, read_file, read_marked


def test_bytes_are_kept(tmp_path: Path) -> None:
    """A file that isn't UTF-8 is read as templates have such bytes."""
    (tmp_path / "x").write_bytes(b"a\xffb\xc3\xa4")
    assert read_file(str(tmp_path / "x")) == "a\udcffbä"


def test_a_change_has_another_mark(tmp_path: Path) -> None:
    """A file that was written or replaced is noticed without reading it."""
    file = tmp_path / "x"
    file.write_text("one")
    first = read_marked(str(file))
    assert mark_of(str(file)) == first.mark
    (tmp_path / "y").write_text("two")
    (tmp_path / "y").rename(file)
    assert mark_of(str(file)) != first.mark


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    """Each reason names the file."""
    (tmp_path / "big").write_bytes(b"x" * (MOST_BYTES + 1))
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("big")
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    for name, reason in {
        "nothing": "no such file or directory",
        "big": f"is longer than {MOST_BYTES} bytes",
        "pipe": "is no regular file",
        ".": "is a directory",
        "nul\0": "embedded null byte",
    }.items():
        with pytest.raises(FileUnreadable, match=reason) as raised:
            read_file(f"{tmp_path}/{name}")
        assert str(raised.value).startswith(str(tmp_path))
    with pytest.raises(FileUnreadable, match="symbolic links"):
        read_file(str(tmp_path / "link"), follows_link=False)
    with pytest.raises(FileUnreadable, match="is outside of sandbox_path"):
        read_file("../x", str(tmp_path))
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
