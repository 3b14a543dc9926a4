"""The audit device that appends to a file."""

from __future__ import annotations

import multiprocessing
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from strongroom.audit.broker import style_of
from strongroom.audit.file import FileDevice, Ground, Rules, file_device
from strongroom.audit.file.device import Spooling
from strongroom.lib.errors import InvalidRequest, Unavailable

LINES = 400


def _append(path: str, letter: str) -> None:
    device = FileDevice(path, ground=Ground(recognise=bool))
    device.open()
    for number in range(LINES):
        device.write(letter.encode() * (1 + number * 37 % 9000) + b"\n")
    device.close()


def test_lines_of_several_processes_stay_whole(tmp_path: Path) -> None:
    """Four processes append lines of up to 9 kB at once: every line is of one process, and none is missing."""
    path = tmp_path / "a.log"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(str(path), letter)) for letter in "abcd"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    lines = path.read_text().splitlines()
    wanted = sorted(letter * (1 + number * 37 % 9000) for letter in "abcd" for number in range(LINES))
    assert sorted(lines) == wanted


@pytest.mark.parametrize("then", ["the next entry", "a reload", "another process"])
def test_a_line_that_a_killed_process_has_cut_stands_alone(tmp_path: Path, then: str) -> None:
    """Whoever writes next, after whatever, ends it first: the entry is one that was taken, and has to be found."""
    path = tmp_path / "a.log"
    device = FileDevice(str(path), ground=Ground(recognise=bool))
    device.open()
    device.write(b"one\n")
    with path.open("ab") as killed:
        killed.write(b"cu")
    if then == "a reload":
        device.reopen()
    if then == "another process":
        device = FileDevice(str(path), ground=Ground(recognise=bool))
        device.open()
    assert device.write(b"two\n", b"three\n") == 2
    assert device.write(b"four\n") == 1
    assert path.read_bytes() == b"one\ncu\ntwo\nthree\nfour\n"


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """A new file has mode 0600 whatever the umask; `mode` sets another one, and 0000 leaves what there is."""
    old = os.umask(0)
    try:
        for options, mode in (({}, 0o600), ({"mode": "0640"}, 0o640), ({"mode": "0000"}, 0o640)):
            device = file_device({"file_path": str(tmp_path / "a.log"), **options})
            device.open()
            device.close()
            assert stat.S_IMODE((tmp_path / "a.log").stat().st_mode) == mode
    finally:
        os.umask(old)


def test_a_program_is_no_audit_file(tmp_path: Path) -> None:
    """What clients send must not end in a file that somebody runs, also where the mode is to be left alone."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    with pytest.raises(InvalidRequest, match="executable"):
        file_device({"file_path": str(program), "mode": "0000"}).open()
    assert program.read_text() == "#!/bin/sh\n"


def test_a_path_that_is_too_long_makes_nothing(tmp_path: Path) -> None:
    """Neither its directories, nor a walk along them that would take seconds: the kernel's own bound counts."""
    for part in (f"{'a' * 200}/", f"{'b' * 200}/../"):
        path = f"{tmp_path}/{part * 30}a.log"
        with pytest.raises(InvalidRequest, match="too long"):
            FileDevice(path).open()
    assert list(tmp_path.iterdir()) == []


def test_a_log_does_not_turn_into_a_pipe(tmp_path: Path) -> None:
    """Who puts one in its place gets no entries: the device fails until there is a file again, or none."""
    path = tmp_path / "a.log"
    device = file_device({"file_path": str(path)}, _no_spool)
    device.open()
    path.rename(tmp_path / "a.log.1")
    os.mkfifo(path)
    with pytest.raises(InvalidRequest, match="is a pipe now"):
        device.reopen()
    path.unlink()
    device.reopen()
    device.write(b"one\n")
    device.close()
    assert path.read_bytes() == b"one\n"


def _no_spool(target: str) -> Spooling:
    raise AssertionError(target)


def _foreign(directory: Path) -> Path:
    file = directory / "tls.key"
    file.write_text("-----BEGIN PRIVATE KEY-----\n")
    file.chmod(0o600)
    return file


def _linked(directory: Path) -> Path:
    (directory / "link.log").symlink_to(_foreign(directory))
    return directory / "link.log"


def _doubled(directory: Path) -> Path:
    (directory / "one.log").write_text("")
    os.link(directory / "one.log", directory / "other.log")
    return directory / "other.log"


def _hidden(directory: Path) -> Path:
    return directory / ".bashrc"


def _through_a_link(directory: Path) -> Path:
    (directory / "way").symlink_to("/proc/self")
    return directory / "way" / "comm"


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (_foreign, "no audit log of this server"),
        (_linked, "symbolic link"),
        (_doubled, "second name"),
        (_hidden, "hidden"),
        (_through_a_link, "kernel"),
    ],
)
def test_what_is_not_a_log_is_left_as_it_is(tmp_path: Path, make: Callable[[Path], Path], text: str) -> None:
    """Another program's file, by its name, a link or a second one: nothing is written, and no mode changed."""
    path = make(tmp_path)
    before = {file: (file.lstat().st_mode, file.lstat().st_size) for file in tmp_path.iterdir()}
    with pytest.raises(InvalidRequest, match=text):
        file_device({"file_path": str(path), "mode": "0640"}).open()
    assert {file: (file.lstat().st_mode, file.lstat().st_size) for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("path", ["/proc/self/comm", "/sys/power/state", "/dev/null", "/dev/shm/a.log", "/dev/full"])
def test_the_kernels_files_are_no_logs(path: str) -> None:
    """They may open, and then take nothing for ever, or do something."""
    with pytest.raises(InvalidRequest, match="kernel"):
        file_device({"file_path": path}).open()


def test_a_directory_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    """A parent that is a link counts as where it leads: outside of the allowed directories nothing is made."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "out").symlink_to(tmp_path)
    ground = Ground(Rules(directories=(str(tmp_path / "logs"),)))
    with pytest.raises(InvalidRequest, match="audit_directories"):
        file_device({"file_path": str(tmp_path / "logs" / "out" / "a.log")}, ground=ground).open()
    assert not (tmp_path / "a.log").exists()
    file_device({"file_path": str(tmp_path / "logs" / "new" / "a.log")}, ground=ground).open()
    assert stat.S_IMODE((tmp_path / "logs" / "new").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "file_path is required"),
        ({"file_path": "x", "mode": "x"}, "ParseUint"),
        ({"file_path": "x", "mode": "0888"}, "ParseUint"),
        ({"file_path": "x", "mode": "0755"}, "executable"),
        ({"file_path": "x", "mode": "4600"}, "executable"),
        ({"file_path": "x", "mode": "0644"}, "0640 is the most"),
        ({"file_path": "x", "mode": "0660"}, "0640 is the most"),
        ({"file_path": "x", "mode": "0440"}, "keeps the server itself"),
        ({"file_path": "stdout"}, "audit_spool_path"),
        ({"file_path": "/dev/stdout"}, "audit_spool_path"),
        ({"file_path": "STDOUT"}, "audit_spool_path"),
        ({"file_path": "stderr"}, "/dev/stderr"),
        ({"file_path": "/proc/nosuch/x"}, "sanity check failed"),
        ({"file_path": "/tmp"}, "sanity check failed"),
        ({"file_path": "/x\0y"}, "sanity check failed"),
    ],
)
def test_settings_that_cannot_work_are_refused(options: dict[str, str], text: str) -> None:
    """With a reason."""
    with pytest.raises(InvalidRequest, match=text):
        file_device(options).open()


def test_a_pipe_needs_a_spool(tmp_path: Path) -> None:
    """Without one it is refused: it may block or mix lines; opening it neither waits nor succeeds."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(InvalidRequest, match="audit_spool_path"):
            file_device({"file_path": str(tmp_path / "pipe")}).open()
    finally:
        os.close(reader)


def test_what_is_neither_file_nor_pipe_is_refused(tmp_path: Path) -> None:
    """A Unix socket can't be opened as a file."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        with pytest.raises(InvalidRequest, match="sanity check failed"):
            file_device({"file_path": str(tmp_path / "socket")}).open()


def test_a_closed_device_takes_nothing(tmp_path: Path) -> None:
    """An entry that can't be written is an error, never lost silently."""
    device = FileDevice(str(tmp_path / "a.log"))
    with pytest.raises(Unavailable):
        device.write(b"x\n")


def test_a_removed_file_is_made_anew(tmp_path: Path) -> None:
    """Entries don't go on into a file that nobody can find: once that is seen they go to a new one, in its mode."""
    path = tmp_path / "logs" / "a.log"
    device = FileDevice(str(path), 0o640)
    device.open()
    device.write(b"a\n")
    path.unlink()
    device.look()
    device.write(b"b\n")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("b\n", 0o640)
    path.unlink()
    path.parent.rmdir()
    device.look()
    device.look()
    device.write(b"c\n")
    device.write(b"d\n")
    assert path.read_text() == "c\nd\n"
    device.close()


def test_a_removed_file_that_cannot_be_made_anew_takes_nothing(tmp_path: Path) -> None:
    """With a link or something else in its place the device fails, as a full disk makes it fail, until that is gone."""
    path = tmp_path / "a.log"
    device = FileDevice(str(path))
    device.open()
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    for _ in range(2):
        with pytest.raises(InvalidRequest, match="symbolic link"):
            device.look()
    path.unlink()
    device.look()
    device.write(b"b\n")
    assert path.read_text() == "b\n"
    assert not (tmp_path / "elsewhere").exists()
    device.close()


def test_a_file_that_was_moved_is_written_to_until_it_is_told(tmp_path: Path) -> None:
    """A rotation moves the file first; what is written before the server is told of it stays with the rest."""
    path, moved = tmp_path / "a.log", tmp_path / "a.log.1"
    device = FileDevice(str(path))
    device.open()
    device.write(b"a\n")
    path.rename(moved)
    device.write(b"b\n")
    assert (moved.read_text(), path.exists()) == ("a\nb\n", False)
    device.reopen()
    device.write(b"c\n")
    assert (moved.read_text(), path.read_text()) == ("a\nb\n", "c\n")
    device.close()


def test_a_full_device_says_so(tmp_path: Path) -> None:
    """The kernel's always-full device, put in the file's place, refuses every line."""
    device = FileDevice(str(tmp_path / "a.log"))
    device.open()
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, device._descriptor)
    os.close(full)
    with pytest.raises(Unavailable) as caught:
        device.write(b"x\n")
    assert "No space left" in caught.value.detail
    device.close()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"format": "x"}, "unknown format"),
        ({"prefix": "a\nb"}, "control characters"),
        ({"log_raw": "x"}, "ParseBool"),
    ],
)
def test_options_that_would_be_missed_are_refused(options: dict[str, str], text: str) -> None:
    """What would break lines, or has no meaning, is an error and never passed over."""
    with pytest.raises(InvalidRequest, match=text):
        style_of(options)


def test_options_that_change_nothing_are_taken() -> None:
    """An Enterprise option that is off asks for nothing."""
    assert style_of({"fallback": "false", "exclude": "", "prefix": "@cee: "}) == style_of({})
