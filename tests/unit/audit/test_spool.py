"""The spool: what is taken is delivered, whatever ends in between, and what can't be taken is refused."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.audit.file import file_device
from strongroom.audit.forwarding import Forwarder
from strongroom.audit.forwarding.reader import SpoolReader
from strongroom.audit.spool import Spool
from strongroom.audit.spool.framing import framed, records
from strongroom.audit.spool.place import Place
from strongroom.audit.spool.spool import MIN_MAX_BYTES
from strongroom.lib.errors import InvalidRequest, Unavailable

LINES = 600


def reader_of(directory: Path, id_: str = "one") -> SpoolReader:
    """The reading end of a device's spool."""
    return SpoolReader(Place(directory / id_))


def take(reader: SpoolReader, most: int = 1 << 30) -> list[bytes]:
    """Deliver what waits."""
    out: list[bytes] = []
    while len(out) < most and (lines := reader.next(min(3, most - len(out)))):
        reader.delivering()
        out += lines
        reader.delivered(len(lines))
    return out


def until(met: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Wait for something that other threads or processes do."""
    deadline = time.monotonic() + timeout_s
    while not met():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.01)


@given(st.lists(st.tuples(st.binary(max_size=50), st.none() | st.integers(0, 51)), max_size=20))
def test_a_cut_record_spoils_no_other(entries: list[tuple[bytes, int | None]]) -> None:
    """Whatever of each entry reached the file: whole ones come out as they went in, in order, cut ones as empty."""
    data, wanted = b"", []
    for text, cut in entries:
        line = text.translate(None, b"\x1e\n") + b"\n"
        kept = framed(line)[:cut]
        data += kept
        if kept:
            wanted.append(line if kept == framed(line) else b"")
    if data and not data.endswith(b"\n"):
        wanted.pop()  # the last one may still be being written
    found = list(records(data))
    assert [record.line for record in found] == wanted


def test_lines_come_out_as_they_went_in(tmp_path: Path) -> None:
    """Over many segments, with lines longer than one, in order; segments that were delivered are removed."""
    spool = Spool(tmp_path, 1 << 20)
    device = spool.device("one", "stdout")
    device.open()
    lines = [b"%d " % number + b"x" * (number * 997 % 20_000) + b"\n" for number in range(200)]
    reader, out = None, []
    for line in lines:
        device.write(line)
        reader = reader or reader_of(tmp_path)
        out += take(reader)
    assert out == lines
    assert len(Place(tmp_path / "one").segments()) <= 2
    assert spool.backlog_bytes("one") == 0


def test_lines_that_are_written_together(tmp_path: Path) -> None:
    """A write takes as many as the segment has room for, and one more; the others go to the next segments."""
    spool = Spool(tmp_path, MIN_MAX_BYTES)  # of segments of 8 KiB
    device = spool.device("one", "stdout")
    device.open()
    lines = [b"%d " % number + b"x" * 1000 + b"\n" for number in range(30)]
    taken = []
    while sum(taken) < len(lines):
        taken.append(device.write(*lines[sum(taken) :]))
    assert taken == [9, 9, 9, 3]
    assert device.write(b"y" * 20_000 + b"\n", b"z\n") == 1
    assert take(reader_of(tmp_path)) == [*lines, b"y" * 20_000 + b"\n"]


def _append(directory: str, letter: str, most: int) -> None:
    device = Spool(Path(directory), most).device("one", "stdout")
    device.open()
    for number in range(LINES):
        line = letter.encode() + b"%04d" % number + letter.encode() * (number * 37 % 9000) + b"\n"
        deadline = time.monotonic() + 30
        while True:
            try:
                device.write(line)
                break
            except Unavailable:
                assert time.monotonic() < deadline
                time.sleep(0.002)
    device.close()


def test_four_writers_and_a_reader(tmp_path: Path) -> None:
    """Four processes write beyond the spool's bound while it is read: nothing is lost, doubled or mixed."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append, args=(str(tmp_path), letter, 256 * 1024)) for letter in "abcd"]
    for writer in writers:
        writer.start()
    until(lambda: bool(Place(tmp_path / "one").target))
    reader, out = reader_of(tmp_path), []
    while any(writer.is_alive() for writer in writers):
        out += take(reader)
    out += take(reader)
    assert [writer.exitcode for writer in writers] == [0] * 4
    for letter in b"abcd":
        mine = [line for line in out if line[0] == letter]
        assert [int(line[1:5]) for line in mine] == list(range(LINES))
        assert all(line[5:-1] == bytes([letter]) * (number * 37 % 9000) for number, line in enumerate(mine))
    assert len(out) == 4 * LINES


def test_at_its_bound_it_takes_nothing_until_it_is_read(tmp_path: Path) -> None:
    """The bound holds, the refusal says why, what was taken stays, and with room lines are taken again."""
    spool = Spool(tmp_path, MIN_MAX_BYTES)
    device = spool.device("one", "/run/pipe")
    device.open()
    taken = []
    with pytest.raises(Unavailable) as refused:
        for number in range(1000):
            line = b"%d" % number + b"x" * 500 + b"\n"
            device.write(line)
            taken.append(line)
    assert "the spool is full" in refused.value.detail
    assert "/run/pipe" in refused.value.detail
    waiting = spool.backlog_bytes("one")
    assert waiting is not None
    assert MIN_MAX_BYTES - MIN_MAX_BYTES // 8 <= waiting <= MIN_MAX_BYTES + 502
    assert take(reader_of(tmp_path)) == taken
    device.write(b"again\n")
    assert take(reader_of(tmp_path)) == [b"again\n"]


def test_who_is_killed_goes_on_where_he_was(tmp_path: Path) -> None:
    """A reader that vanishes after some lines: the next one begins at the line that wasn't finished, and says so."""
    device = Spool(tmp_path).device("one", "stdout")
    device.open()
    for number in range(10):
        device.write(b"%d\n" % number)
    first = reader_of(tmp_path)
    assert take(first, 4) == [b"0\n", b"1\n", b"2\n", b"3\n"]
    assert first.next(1) == (b"4\n",)
    assert not reader_of(tmp_path).interrupted
    first.delivering()
    second = reader_of(tmp_path)
    assert second.interrupted
    assert take(second) == [b"%d\n" % number for number in range(4, 10)]
    assert not reader_of(tmp_path).interrupted


def test_another_start_of_the_machine_delivers_again(tmp_path: Path) -> None:
    """A position of another boot may be newer than what it speaks of, and doesn't count: twice is better than never."""
    device = Spool(tmp_path).device("one", "stdout")
    device.open()
    device.write(b"a\n")
    assert take(reader_of(tmp_path)) == [b"a\n"]
    position = Place(tmp_path / "one").position
    position.write_text(position.read_text().replace(position.read_text().split()[0], "another-boot"))
    assert take(reader_of(tmp_path)) == [b"a\n"]


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask: directories 0700, files 0600."""
    old = os.umask(0)
    try:
        device = Spool(tmp_path / "spool").device("one", "stdout")
        device.open()
        device.write(b"a\n")
        take(reader_of(tmp_path / "spool"))
    finally:
        os.umask(old)
    for path in (tmp_path / "spool", *(tmp_path / "spool").rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_a_lock_that_is_never_released_does_not_hold_up(tmp_path: Path) -> None:
    """When whoever has the lock doesn't go on, a line is refused soon, and taken once the lock is free."""
    device = Spool(tmp_path).device("one", "stdout")
    device.open()
    device.write(b"first\n")
    with (tmp_path / "one" / f"{1:016d}").open("rb") as segment:
        fcntl.flock(segment, fcntl.LOCK_EX)
        with pytest.raises(Unavailable) as refused:  # the lock is held until after it: waiting on would never end
            device.write(b"a\n")
        assert "locked" in refused.value.detail
    device.write(b"b\n")
    assert take(reader_of(tmp_path)) == [b"first\n", b"b\n"]


def test_a_removed_directory_is_made_again(tmp_path: Path) -> None:
    """Somebody who removes the spool by hand loses what was in it, not what comes."""
    device = Spool(tmp_path).device("one", "stdout")
    device.open()
    device.write(b"a\n")
    Place(tmp_path / "one").remove()
    device.write(b"b\n")
    assert take(reader_of(tmp_path)) == [b"b\n"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """Opening the device says why."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidRequest, match="the audit spool cannot be written"):
        Spool(tmp_path / "file").device("one", "stdout").open()


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


class Looked:
    """A forwarder that looks after its spool, as its process does."""

    def __init__(self, directory: Path) -> None:
        self.forwarder = Forwarder(directory)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.wait(0.01):
            self.forwarder.look()

    def end(self, patience_s: float = 5.0) -> None:
        """Drain, and end."""
        self._ending.set()
        self._thread.join()
        self.forwarder.drain(patience_s)


@pytest.fixture
def forwarding(tmp_path: Path) -> Iterator[Looked]:
    """A forwarder over `spool`."""
    looked = Looked(tmp_path / "spool")
    yield looked
    looked.end()


def test_a_pipe_gets_every_line(tmp_path: Path, pipe: Path, forwarding: Looked) -> None:
    """A device on a named pipe writes nothing itself; its lines come through the spool, once somebody reads."""
    spool = Spool(tmp_path / "spool")
    device = file_device({"file_path": str(pipe)}, lambda target: spool.device("one", target))
    device.open()
    lines = [b"%d" % number + b"y" * 5000 + b"\n" for number in range(100)]
    for line in lines:
        device.write(line)
    waiting = spool.backlog_bytes("one")
    assert waiting is not None
    assert waiting > 500_000
    with pipe.open("rb") as reader:
        assert [reader.readline() for _ in lines] == lines
    device.write(b"for the next one\n")
    with pipe.open("rb") as reader:
        assert reader.readline() == b"for the next one\n"
    until(lambda: spool.backlog_bytes("one") == 0)
    device.close()


def test_two_devices_share_a_pipe(tmp_path: Path, pipe: Path, forwarding: Looked) -> None:
    """Lines of two devices on one pipe never mix."""
    spool = Spool(tmp_path / "spool")
    devices = [spool.device(id_, str(pipe)) for id_ in ("one", "two")]
    for device, letter in zip(devices, (b"a", b"b"), strict=True):
        device.open()
        for _ in range(100):
            device.write(letter * 9000 + b"\n")
        device.close()
    with pipe.open("rb") as reader:
        found = [reader.readline() for _ in range(200)]
    assert sorted(found) == [b"a" * 9000 + b"\n"] * 100 + [b"b" * 9000 + b"\n"] * 100


def test_a_pipe_that_blocks_holds_up_no_other(tmp_path: Path, pipe: Path, forwarding: Looked) -> None:
    """One reader that doesn't read; the other pipe's lines arrive all the same."""
    spool = Spool(tmp_path / "spool")
    other = tmp_path / "other"
    os.mkfifo(other)
    stuck = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    for id_, path in (("one", pipe), ("two", other)):
        device = spool.device(id_, str(path))
        device.open()
        for _ in range(30):
            device.write(b"z" * 9000 + b"\n")
        device.close()
    with other.open("rb") as reader:
        assert all(reader.readline() == b"z" * 9000 + b"\n" for _ in range(30))
    waiting = spool.backlog_bytes("one")
    assert waiting is not None
    assert waiting > 100_000
    os.close(stuck)


def test_what_is_configured_no_more_is_delivered_and_removed(tmp_path: Path, pipe: Path, forwarding: Looked) -> None:
    """Not while a process may still write, not while something waits; then it goes, and can come again."""
    spool = Spool(tmp_path / "spool")
    device = spool.device("one", str(pipe))
    device.open()
    device.write(b"a\n")
    spool.keep_only({"two"})
    time.sleep(0.3)
    assert Place(tmp_path / "spool" / "one").segments() == [1]
    with pipe.open("rb") as reader:
        assert reader.readline() == b"a\n"
        device.write(b"late\n")
        assert reader.readline() == b"late\n"
        device.close()
        until(lambda: not (tmp_path / "spool" / "one").exists())
    device.open()
    device.write(b"b\n")
    assert next_line(pipe) == b"b\n"
    device.close()


def next_line(pipe: Path) -> bytes:
    """The next line that somebody writes.  One who wrote before may still have the pipe open, and write nothing."""
    while True:
        with pipe.open("rb") as reader:
            if line := reader.readline():
                return line


def test_what_is_opened_again_is_not_given_up(tmp_path: Path) -> None:
    """A process with an older view of the configuration can't take a device away from one that has it open."""
    spool = Spool(tmp_path)
    device = spool.device("one", "stdout")
    device.open()
    spool.keep_only(set())
    reader = reader_of(tmp_path)
    assert not reader.try_remove()
    device.open()
    assert not reader.place.ended
    device.close()
    assert reader.try_remove()


def test_an_end_leaves_what_nobody_reads(tmp_path: Path, pipe: Path) -> None:
    """Without a reader draining ends at once, with one that doesn't read after its patience; nothing is lost."""
    spool = Spool(tmp_path / "spool")
    device = spool.device("one", str(pipe))
    device.open()
    for _ in range(30):
        device.write(b"z" * 9000 + b"\n")
    device.close()
    Looked(tmp_path / "spool").end(3600)  # a patience that the test's own time doesn't have
    assert spool.backlog_bytes("one") == 30 * 9002
