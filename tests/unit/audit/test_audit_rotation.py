"""Audit files that are moved away: by a size, or by others; no line is lost, and nobody else's file is touched."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from strongroom.audit.file import FileDevice, Ground, file_device
from strongroom.audit.file.rotating import excess
from strongroom.lib.errors import InvalidRequest
from tests.unit.audit.test_spool import until

GROUND = Ground(recognise=lambda line: line.startswith(b"ours"), configured=True)
SIZE = 1024 * 1024
LINE = b"ours " + b"x" * 16_000 + b"\n"


def opened(path: Path, **options: str) -> FileDevice:
    """An open device."""
    device = file_device({"file_path": str(path), **options}, ground=GROUND)
    device.open()
    return device


def fill(device: FileDevice, first: int, count: int = 70) -> list[bytes]:
    """Write more than the size."""
    lines = [b"ours %d " % number + LINE for number in range(first, first + count)]
    for line in lines:
        device.write(line)
    return lines


def look_until(device: FileDevice, met: Callable[[], bool]) -> None:
    """Look, as each process does every second."""

    def looked() -> bool:
        device.look()
        return met()

    until(looked)


def moved(folder: Path) -> list[Path]:
    """The files that were moved away, oldest first."""
    return sorted(file for file in folder.iterdir() if file.name.endswith("Z"))


NAMES = [
    "a.log",
    *(f"a.log.2026112{day}T000000Z" for day in range(1, 5)),
    "a.log.1",
    "b.log.20261121T000000Z",
    "a.log.x",
]


@pytest.mark.parametrize(("most", "gone"), [(0, 0), (1, 4), (2, 3), (4, 1), (5, 0), (9, 0)])
def test_which_files_have_to_go(most: int, gone: int) -> None:
    """The oldest of those that were moved away, so that there is room for one more; no others."""
    assert excess(NAMES, "a.log", most) == NAMES[1 : 1 + gone]


def test_a_file_that_has_its_size_is_moved_away(tmp_path: Path) -> None:
    """The lines of all files, oldest first, are what was written."""
    path = tmp_path / "a.log"
    device = opened(path, max_bytes="1MiB")
    lines = []
    for turn in range(3):
        lines += fill(device, turn * 100)
        look_until(device, lambda turn=turn: len(moved(tmp_path)) == turn + 1)  # type: ignore[misc]
    device.look()
    assert b"".join(file.read_bytes() for file in [*moved(tmp_path), path]) == b"".join(lines)
    assert {file.stat().st_mode & 0o777 for file in moved(tmp_path)} == {0o600}
    device.close()


def test_old_files_go_when_nobody_writes_to_them_any_more(tmp_path: Path) -> None:
    """Beyond `max_files`; until then the present file grows."""
    path = tmp_path / "a.log"
    device = opened(path, max_bytes="1MiB", max_files="1")
    fill(device, 0)
    device.look()
    (first,) = moved(tmp_path)
    fill(device, 100)
    with capture_logs() as logs:
        look_until(device, lambda: bool(logs))
    assert [entry["reason"] for entry in logs] == [f'"{first.name}" was written to just now']
    fill(device, 200)
    os.utime(first, (time.time() - 60,) * 2)
    device.look()
    assert not first.exists()
    assert len(moved(tmp_path)) == 1
    device.close()


def test_several_processes_lose_no_line(tmp_path: Path) -> None:
    """One of them moves the file, and the others follow when they look; each one's lines stay in their order."""
    path = tmp_path / "a.log"
    devices = [opened(path, max_bytes=str(SIZE)) for _ in range(3)]

    def work(number: int) -> None:
        for line in range(300):
            devices[number].write(b"ours %d %d " % (number, line) + LINE)
            if line % 7 == number:
                devices[number].look()
                time.sleep(0.03)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(moved(tmp_path)) > 1
    whole = b"".join(file.read_bytes() for file in [*moved(tmp_path), path])
    found = [tuple(map(int, line.split()[1:3])) for line in whole.splitlines()]
    assert sorted(found) == [(number, line) for number in range(3) for line in range(300)]
    for number in range(3):
        assert [line for process, line in found if process == number] == list(range(300))
    for device in devices:
        device.close()


@pytest.mark.parametrize("foreign", ["text", "link", "folder", "executable"])
def test_what_is_no_log_of_this_server_is_not_removed(tmp_path: Path, foreign: str) -> None:
    """Then nothing is rotated, the log says why, and entries go on in the file."""
    path, other = tmp_path / "a.log", tmp_path / "a.log.20260101T000000Z"
    match foreign:
        case "text":
            other.write_text("somebody's\n")
        case "link":
            (tmp_path / "elsewhere").write_bytes(LINE)
            other.symlink_to(tmp_path / "elsewhere")
        case "folder":
            other.mkdir()
        case _:
            other.write_bytes(LINE)
            other.chmod(0o755)
    device = opened(path, max_bytes="1MiB", max_files="1")
    fill(device, 0)
    with capture_logs() as logs:
        device.look()
        device.look()
    assert [entry["event"] for entry in logs] == ["an audit file is not rotated: entries stay in it"]
    device.write(LINE)
    device.close()
    assert os.path.lexists(other)
    assert moved(tmp_path) == [other]
    assert path.stat().st_size > SIZE


def test_a_file_that_others_have_moved_is_followed(tmp_path: Path) -> None:
    """Without a signal: what was written is in the old file, and what comes is in a new one."""
    path = tmp_path / "a.log"
    device = opened(path)
    device.write(LINE)
    path.rename(tmp_path / "moved")
    device.write(LINE)
    device.look()
    device.write(LINE)
    assert (tmp_path / "moved").read_bytes() == LINE * 2
    assert path.read_bytes() == LINE
    device.close()


def test_a_file_that_cannot_take_the_place_changes_nothing(tmp_path: Path) -> None:
    """Somebody else's file at the path: entries stay in the one that was moved, and the log says why."""
    path = tmp_path / "a.log"
    device = opened(path)
    path.rename(tmp_path / "moved")
    path.write_text("somebody's\n")
    with capture_logs() as logs:
        device.look()
    assert [entry["log_level"] for entry in logs] == ["error"]
    device.write(LINE)
    assert (tmp_path / "moved").read_bytes() == LINE
    assert path.read_text() == "somebody's\n"
    device.close()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"max_bytes": "65536"}, "1048576 bytes at least"),
        ({"max_bytes": "1MiB", "max_files": "x"}, "a number up to 1000"),
        ({"max_bytes": "1MiB", "max_files": "1001"}, "a number up to 1000"),
        ({"max_files": "3"}, "max_files needs max_bytes"),
    ],
)
def test_options_that_cannot_work(tmp_path: Path, options: dict[str, str], reason: str) -> None:
    """Are refused with the reason."""
    with pytest.raises(InvalidRequest) as refused:
        file_device({"file_path": str(tmp_path / "a"), **options}, ground=GROUND)
    assert reason in refused.value.text


def test_only_the_configuration_has_logs_removed(tmp_path: Path) -> None:
    """A client may have them moved, and no more."""
    options = {"file_path": str(tmp_path / "a"), "max_bytes": "1MiB"}
    file_device(options, ground=Ground())
    with pytest.raises(InvalidRequest, match="only the server's configuration"):
        file_device({**options, "max_files": "5"}, ground=Ground())
