"""The files of a log, which anybody may have put there."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from strongroom.cli.audit import files
from strongroom.cli.audit.files import lines_of
from strongroom.cli.failure import Failure


def read(path: Path) -> list[bytes]:
    """All lines of a file."""
    with lines_of(str(path)) as lines:
        return list(lines)


def test_plain_and_packed_files_give_their_lines(tmp_path: Path) -> None:
    """The end of a line isn't part of it, and the last line may lack it."""
    (tmp_path / "a.log").write_bytes(b"one\ntwo")
    with gzip.open(tmp_path / "b.gz", "wb") as packed:
        packed.write(b"one\ntwo\n")
    assert read(tmp_path / "a.log") == read(tmp_path / "b.gz") == [b"one", b"two"]


@pytest.mark.parametrize("length", [15, 16, 17, 31, 32, 33, 100])
def test_a_line_without_an_end_takes_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """What is longer than an entry can be is an empty line, and the next one is whole."""
    monkeypatch.setattr(files, "MAX_LINE_BYTES", 16)
    (tmp_path / "a.log").write_bytes(b"x" * length + b"\nnext\n")
    assert read(tmp_path / "a.log") == [b"x" * length if length < 16 else b"", b"next"]
    (tmp_path / "a.log").write_bytes(b"x" * length)
    assert read(tmp_path / "a.log") == [b"x" * length if length < 16 else b""]


def _damaged(packed: bytes) -> dict[str, bytes]:
    return {
        "cut": packed[:-9],
        "turned": packed[:15] + bytes(byte ^ 0xFF for byte in packed[15:30]) + packed[30:],
        "plain": b"no packed file",
    }


@pytest.mark.parametrize("kind", ["cut", "turned", "plain"])
def test_a_damaged_packed_file_is_named(tmp_path: Path, kind: str) -> None:
    """A file that can't be unpacked, whatever zlib finds wrong with it, ends with its name."""
    packed = gzip.compress(b"".join(b"line %d\n" % number for number in range(1000)))
    (tmp_path / "a.gz").write_bytes(_damaged(packed)[kind])
    with pytest.raises(Failure, match=r"Error reading .*a\.gz"):
        read(tmp_path / "a.gz")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """So is a directory."""
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(Failure, match=f"Error reading {path}"):
            read(path)
