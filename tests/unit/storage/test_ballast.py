"""The reserve: who gets how much of it, and when it is laid in again."""

from __future__ import annotations

import resource
from pathlib import Path

from strongroom.storage.sqlite.ballast import BALLAST, Ballast
from tests.conformance.processes.disks import small_disk

SIZE = 8 << 20
PART = SIZE // 64


def test_half_of_it_is_for_those_who_make_room(tmp_path: Path) -> None:
    """Part by part; others get one half, and a log on another disk nothing."""
    ballast, here = Ballast(tmp_path, SIZE), tmp_path.stat().st_dev
    assert (ballast.present(), ballast.left_bytes(), ballast.share(here, rescue=True)) == (False, 0, False)
    assert ballast.restore() is True
    assert (ballast.present(), ballast.left_bytes(), ballast.half_bytes) == (True, SIZE, SIZE // 2)
    assert ballast.share(here + 1, rescue=True) is False
    left = []
    while ballast.share(here, rescue=False):
        left.append(ballast.left_bytes())
    assert left == list(range(SIZE - PART, SIZE // 2 - 1, -PART))
    assert ballast.present() is False
    left = []
    while ballast.share(here, rescue=True):
        left.append(ballast.left_bytes())
    assert left == list(range(SIZE // 2 - PART, -1, -PART))
    assert not (tmp_path / BALLAST).exists()
    assert ballast.give_up() is False
    assert ballast.restore() is True
    assert ballast.left_bytes() == SIZE


def test_what_is_to_be_left_is_left_to_the_byte(tmp_path: Path) -> None:
    """The last part is a smaller one."""
    ballast = Ballast(tmp_path, SIZE)
    ballast.restore()
    assert ballast.give_up(SIZE - 10) is True
    assert ballast.left_bytes() == SIZE - 10
    assert ballast.give_up(SIZE - 10) is False
    assert ballast.left_bytes() == SIZE - 10


def test_nothing_stays_of_what_could_not_be_laid_in(tmp_path: Path) -> None:
    """Another has taken the room meanwhile; a commit takes what is there to its end, without a rest."""
    ballast = Ballast(tmp_path, SIZE)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE - 1, hard))
    try:
        assert ballast.restore() is False
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
    assert ballast.restore() is True
    parts = 0
    while ballast.give_up():
        parts += 1
    assert (parts, list(tmp_path.iterdir())) == (64, [])


def test_others_have_room_while_the_disk_or_their_half_has(tmp_path: Path) -> None:
    """It is laid in again when that leaves as much room once more, and nothing of an attempt stays."""
    with small_disk(tmp_path / "disk", 3 * SIZE // 1024) as disk:
        ballast, other = Ballast(disk.place, SIZE), disk.place / "other"
        assert ballast.restore() is True
        other.write_bytes(bytes(disk.free_bytes()))
        assert (ballast.free_bytes(), ballast.spares()) == (0, True)
        while ballast.give_up(ballast.half_bytes):
            other.write_bytes(bytes(other.stat().st_size + disk.free_bytes()))
        assert (ballast.left_bytes(), ballast.free_bytes(), ballast.spares()) == (SIZE // 2, 0, False)
        other.write_bytes(bytes(other.stat().st_size - PART))
        assert (ballast.free_bytes(), ballast.spares()) == (PART, False)
        other.write_bytes(bytes(other.stat().st_size - 4096))
        assert ballast.spares() is True
        other.write_bytes(bytes(SIZE + 4096))
        assert ballast.restore() is False
        assert sorted(file.name for file in disk.place.iterdir()) == ["other", BALLAST]
        other.write_bytes(bytes(SIZE))
        assert ballast.restore() is True
        assert (ballast.left_bytes(), ballast.free_bytes()) == (SIZE, SIZE)
