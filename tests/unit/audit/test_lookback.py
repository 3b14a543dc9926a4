"""A log is read backwards: every line once, of all its files, and of nobody else's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from strongroom.audit.file import FileDevice, Ground
from strongroom.audit.file.lookback import Piece, read_piece
from strongroom.audit.searching import search
from strongroom.inquiry.criteria import Criteria
from strongroom.lib.errors import InvalidRequest

GROUND = Ground(recognise=lambda line: line.startswith(b"ours"), configured=True)


def walked(log: Path, most_bytes: int, before: str = "") -> list[Piece]:
    """All pieces, from the end of a log on."""
    pieces = [read_piece(str(log), GROUND, before, most_bytes)]
    while pieces[-1].before:
        pieces.append(read_piece(str(log), GROUND, pieces[-1].before, most_bytes))
        assert len(pieces) < 1000
    return pieces


def lines_of(pieces: list[Piece]) -> list[bytes]:
    """The lines of pieces as the log has them."""
    return [line for piece in reversed(pieces) for line in piece.lines]


def log_of(folder: Path, *files: list[bytes]) -> Path:
    """A log of some files, the oldest first."""
    for day, lines in enumerate(files[:-1]):
        (folder / f"a.log.2026110{day + 1}T000000Z").write_bytes(b"".join(line + b"\n" for line in lines))
    log = folder / "a.log"
    log.write_bytes(b"".join(line + b"\n" for line in files[-1]))
    return log


@pytest.mark.parametrize("most_bytes", [9, 10, 17, 64, 1000])
def test_every_line_once(tmp_path: Path, most_bytes: int) -> None:
    """Whatever a piece's size, from the newest file to the oldest; and it is said how much is left."""
    written = [[b"ours %03d" % (10 * file + number) for number in range(7)] for file in range(3)]
    pieces = walked(log_of(tmp_path, *written), most_bytes)
    assert lines_of(pieces) == [line for lines in written for line in lines]
    left = [piece.left_bytes for piece in pieces]
    assert left == sorted(left, reverse=True) and left[-1] == 0


def test_a_line_longer_than_a_piece_is_passed_over(tmp_path: Path) -> None:
    """Those around it are found, and the walk ends."""
    log = log_of(tmp_path, [b"ours 1", b"ours " + b"x" * 100, b"ours 3", b"ours 4"])
    assert lines_of(walked(log, 20)) == [b"ours 1", b"ours 3", b"ours 4"]
    assert lines_of(walked(log, 1000)) == log.read_bytes().splitlines()


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("length", [16, 20, 31, 100])
def test_each_line_that_is_passed_over_is_counted_once(tmp_path: Path, at: int, length: int) -> None:
    """Wherever it is: or whoever has his request logged at great length would leave no trace in a search."""
    lines = [b"ours 1", b"ours 2", b"ours 3", b"ours 4"]
    log = log_of(tmp_path, [b"ours 0"], [*lines[:at], b"ours ".ljust(length, b"x"), *lines[at:]])
    pieces = walked(log, 15)
    assert lines_of(pieces) == [b"ours 0", *lines]
    assert sum(piece.passed_over for piece in pieces) == 1
    # No line of these is an entry.
    assert sum(search(piece, Criteria(), ()).unreadable for piece in pieces) == 6


@pytest.mark.parametrize("when", range(3))
def test_a_log_that_is_moved_away_meanwhile_is_read_whole(tmp_path: Path, when: int) -> None:
    """Whenever that is: what was in the file that was moved isn't left out."""
    log = log_of(tmp_path, [b"ours 1"], [b"ours 2", b"ours 3"], [b"ours 4", b"ours 5"])
    asked = 0

    def recognise(line: bytes) -> bool:
        nonlocal asked
        if asked == when:
            log.rename(tmp_path / "a.log.20261105T000000Z")
            log.write_bytes(b"ours 6\n")
        asked += 1
        return line.startswith(b"ours")

    ground = Ground(recognise=recognise, configured=True)
    pieces = [read_piece(str(log), ground, "")]
    while pieces[-1].before:
        pieces.append(read_piece(str(log), ground, pieces[-1].before))
    assert lines_of(pieces) == [b"ours %d" % number for number in range(1, 7)]


def test_a_log_that_is_moved_away_without_end_is_not_waited_for(tmp_path: Path) -> None:
    """It is said after some tries."""
    log, moves = log_of(tmp_path, [b"ours 1"]), iter(range(10_000))

    def recognise(line: bytes) -> bool:
        log.rename(tmp_path / f"a.log.20261101T{next(moves):06}Z")
        log.write_bytes(b"ours\n")
        return True

    with pytest.raises(InvalidRequest, match="try again in a moment"):
        read_piece(str(log), Ground(recognise=recognise, configured=True), "")


def test_a_line_that_is_being_written_is_left(tmp_path: Path) -> None:
    """What has no end yet is no line."""
    log = log_of(tmp_path, [b"ours 1", b"ours 2"])
    log.write_bytes(log.read_bytes() + b"ours 3 and")
    assert lines_of(walked(log, 1000)) == [b"ours 1", b"ours 2"]


def test_others_files_are_passed_over(tmp_path: Path) -> None:
    """Somebody who may write to the directory can't have this server read another file to him."""
    log = log_of(tmp_path, [b"ours 1"], [b"secret of somebody else"], [b"ours 3"])
    (tmp_path / "a.log.20261103T000000Z").symlink_to("/etc/passwd")
    (tmp_path / "a.log.20261104T000000Z").mkdir()
    (tmp_path / "a.log.1").write_bytes(b"ours, and moved by another program\n")
    assert lines_of(walked(log, 1000)) == [b"ours 1", b"ours 3"]


def test_a_place_holds_while_the_log_is_moved_away(tmp_path: Path) -> None:
    """The walk goes on in the same file by its new name; when that was removed, or cut, it is said."""
    log = log_of(tmp_path, [b"ours 1", b"ours 2", b"ours 3"])
    newest = read_piece(str(log), GROUND, "", 10)
    assert newest.lines == (b"ours 3",)
    moved = log.rename(tmp_path / "a.log.20261101T000000Z")
    log.write_bytes(b"ours 4\n")
    assert lines_of(walked(log, 1000, newest.before)) == [b"ours 1", b"ours 2"]
    moved.write_bytes(b"ours\n")
    with pytest.raises(InvalidRequest, match="is gone"):
        read_piece(str(log), GROUND, newest.before, 10)
    moved.unlink()
    for place in (newest.before, "1-2", "-", "x", "1" * 30 + "-1", "1-2-3"):
        with pytest.raises(InvalidRequest, match="is gone"):
            read_piece(str(log), GROUND, place, 10)


def test_an_empty_log_has_an_empty_piece(tmp_path: Path) -> None:
    """Also where there is no file any more."""
    assert read_piece(str(log_of(tmp_path, [])), GROUND, "") == Piece((), (), "", 0)
    (tmp_path / "a.log").unlink()
    assert read_piece(str(tmp_path / "a.log"), GROUND, "") == Piece((), (), "", 0)


def test_only_files_can_be_read_back() -> None:
    """What is discarded, or goes to a pipe, is in no file."""
    device = FileDevice("discard")
    device.open()
    with pytest.raises(InvalidRequest, match="in no file of this server"):
        device.piece("")


def entry(kind: str, name: str, second: int, **more: Any) -> bytes:
    """A line of a log."""
    request = {"id": name, "operation": "read", "path": f"secret/{name}"}
    return json.dumps({"time": f"2026-11-01T00:00:{second:02}Z", "type": kind, "request": request, **more}).encode()


def test_an_answer_behind_the_piece_counts() -> None:
    """Else a request at the end of a piece would seem to have none; one without any is told, with the newest first."""
    piece = Piece(
        lines=(entry("request", "a", 1), entry("response", "a", 2), entry("request", "b", 3), entry("request", "c", 4)),
        behind=(entry("response", "b", 5), entry("response", "other", 6)),
        before="",
        left_bytes=0,
    )
    looked = search(piece, Criteria(), ())
    assert [(found.entry.request.id, found.outcome) for found in looked.found] == [("c", "no answer"), ("a", "ok")]
    assert (looked.oldest, looked.unreadable) == ("2026-11-01T00:00:01Z", 0)
    assert [found.outcome for found in search(piece, Criteria(), ("ok",)).found] == ["ok"]


def test_hostile_lines_are_counted() -> None:
    """No line of a log ends a search: it may hold anything."""
    lines = (b"no entry", b'{"time":' * 5000, b'{"time":"2026","type":"response","request":7}', b"\xff\x00")
    looked = search(Piece(lines, (b"\xff", b"{"), "", 0), Criteria(), ())
    assert (looked.found, looked.unreadable) == ((), 4)
