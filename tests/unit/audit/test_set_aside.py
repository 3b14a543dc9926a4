"""Entries that a target will never take are set aside, and the others go on."""

from __future__ import annotations

import resource
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from strongroom.audit.forwarding import Forwarder, set_aside
from strongroom.audit.forwarding.target import Target, Undeliverable
from strongroom.audit.spool import Spool
from strongroom.audit.spool.place import Place
from tests.unit.audit.test_spool import until


class Picky:
    """A target that refuses lines with `bad` in them for good, and others while it is away."""

    at_once = 2

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.away = False
        self.faulty = False

    def send(self, lines: Sequence[bytes]) -> int:
        """Take lines up to one that is bad, or none."""
        if self.faulty:
            raise RuntimeError(f"canary {lines!r}")
        if self.away:
            raise OSError("nobody is there")
        if b"bad" in lines[0]:
            raise Undeliverable("the line is bad")
        good = list(takewhile(lambda line: b"bad" not in line, lines))
        self.taken += good
        return len(good)

    def close(self) -> None:
        """Nothing to release."""


def write(spool: Spool, *lines: bytes, id_: str = "one", target: str = "picky", **options: str) -> None:
    """Have a device take lines."""
    device = spool.device(id_, target, options)
    device.open()
    for line in lines:
        device.write(line + b"\n")
    device.close()


def test_a_line_that_is_refused_for_good_stops_no_other(tmp_path: Path) -> None:
    """It stands in a file beside the spool, for the server's user alone, is counted, and is said once per spell."""
    spool, picky = Spool(tmp_path / "spool"), Picky()
    write(spool, b"a", b"bad 1", b"bad 2", b"b", b"bad 3", b"c")
    with capture_logs() as logs:
        Forwarder(tmp_path / "spool", lambda name, options: picky).drain(10)
    assert picky.taken == [b"a\n", b"b\n", b"c\n"]
    file = tmp_path / "spool" / "one.undeliverable"
    assert file.read_bytes() == b"bad 1\nbad 2\nbad 3\n"
    assert file.stat().st_mode & 0o777 == 0o600
    said = [entry for entry in logs if entry["log_level"] == "error"]
    assert [(entry["reason"], entry["place"]) for entry in said] == [("the line is bad", str(file))] * 2
    write(spool)
    assert spool.undeliverable_bytes("one") == len(b"bad 1\n") * 3
    assert spool.undeliverable_bytes("two") is None


def test_what_is_set_aside_outlives_its_device(tmp_path: Path) -> None:
    """The spool of a device that is configured no more goes; what nobody has read yet stays."""
    spool = Spool(tmp_path / "spool")
    write(spool, b"bad")
    spool.keep_only(set())
    Forwarder(tmp_path / "spool", lambda name, options: Picky()).drain(10)
    assert not (tmp_path / "spool" / "one").exists()
    assert (tmp_path / "spool" / "one.undeliverable").read_bytes() == b"bad\n"


def test_without_room_to_set_aside_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry and all behind it wait in the spool, and go on when there is room."""
    spool, picky = Spool(tmp_path / "spool"), Picky()
    write(spool, b"bad", b"after")
    monkeypatch.setattr(set_aside, "MAX_BYTES", 3)
    Forwarder(tmp_path / "spool", lambda name, options: picky).drain(10)
    assert picky.taken == []
    assert (spool.backlog_bytes("one") or 0) > 0
    assert spool.undeliverable_bytes("one") == 0
    monkeypatch.undo()
    write(spool)
    forwarder = Forwarder(tmp_path / "spool", lambda name, options: picky)
    (tmp_path / "spool" / "forwarder").unlink()  # the first one still holds it
    forwarder.drain(10)
    assert picky.taken[-1].lstrip() == b"after\n"
    assert (tmp_path / "spool" / "one.undeliverable").read_bytes() == b"bad\n"


def test_a_line_that_was_cut_short_there_spoils_no_other(tmp_path: Path) -> None:
    """What a full disk left of an entry ends in a line of its own."""
    file = tmp_path / "aside"
    file.write_bytes(b"cut sho")
    set_aside.set_aside(file, b"whole\n")
    set_aside.set_aside(file, b"next\n")
    assert file.read_bytes() == b"cut sho\nwhole\nnext\n"


def test_a_target_gets_its_options(tmp_path: Path) -> None:
    """Devices with like options share a target, others have their own; without options there are none."""
    made: list[tuple[str, dict[str, str]]] = []

    def make(name: str, options: Mapping[str, str]) -> Target:
        made.append((name, dict(options)))
        return Picky()

    spool = Spool(tmp_path / "spool")
    for id_, options in (("one", {"tag": "a"}), ("two", {"tag": "a"}), ("three", {"tag": "b"}), ("four", {})):
        write(spool, b"x", id_=id_, **options)
    assert (tmp_path / "spool" / "one" / "options").stat().st_mode & 0o777 == 0o600
    Forwarder(tmp_path / "spool", make).drain(10)
    assert sorted(made, key=repr) == sorted([("picky", {"tag": "a"}), ("picky", {"tag": "b"}), ("picky", {})], key=repr)


def test_options_that_are_none_hold_up_no_other_device(tmp_path: Path) -> None:
    """A file that somebody has spoilt is said in the log, and its device waits."""
    spool, picky = Spool(tmp_path / "spool"), Picky()
    write(spool, b"x", id_="one", tag="a")
    write(spool, b"y", id_="two")
    for spoilt in ("[1]", "{", "7"):
        (tmp_path / "spool" / "one" / "options").write_text(spoilt)
        with pytest.raises(OSError, match="holds no options"):
            _ = Place(tmp_path / "spool" / "one").options
    with capture_logs() as logs:
        Forwarder(tmp_path / "spool", lambda name, options: picky).drain(10)
    assert picky.taken == [b"y\n"]
    assert [entry["event"] for entry in logs] == ["an audit spool cannot be forwarded"]


def test_a_target_that_this_release_does_not_know_holds_up_no_other(tmp_path: Path) -> None:
    """Whatever opening it raises, the other devices are forwarded, and what it says isn't logged."""
    picky = Picky()

    def make(name: str, options: Mapping[str, str]) -> Target:
        if name == "unknown":
            raise ValueError("canary")
        return picky

    spool = Spool(tmp_path / "spool")
    write(spool, b"x", id_="one", target="unknown")
    write(spool, b"y", id_="two")
    with capture_logs() as logs:
        Forwarder(tmp_path / "spool", make).drain(10)
    assert picky.taken == [b"y\n"]
    assert "canary" not in str(logs)


def test_a_fault_in_a_target_keeps_its_thread_and_its_entries(tmp_path: Path) -> None:
    """Any exception counts as "not now"; the log has where it was, and nothing of the line."""
    picky = Picky()
    picky.faulty = True
    spool = Spool(tmp_path / "spool")
    write(spool, b"a")
    forwarder = Forwarder(tmp_path / "spool", lambda name, options: picky)
    with capture_logs() as logs:
        forwarder.look()
        until(lambda: bool(logs))
        picky.faulty = False
        until(lambda: bool(picky.taken))
        forwarder.drain(10)
    assert [line.strip() for line in picky.taken] == [b"a"]
    assert "canary" not in str(logs)


def test_a_target_of_another_release_waits(tmp_path: Path) -> None:
    """Its entries stay, as they are for a release that knows it, and the log says which target it is."""
    spool = Spool(tmp_path / "spool")
    write(spool, b"a", target="carrier-pigeon")
    waiting = spool.backlog_bytes("one")
    with capture_logs() as logs:
        Forwarder(tmp_path / "spool").drain(10)
    assert [entry["reason"] for entry in logs] == ['this release does not know the target "carrier-pigeon"']
    assert waiting
    assert spool.backlog_bytes("one") == waiting


def test_an_entry_that_a_full_disk_cuts_short_is_not_taken_for_whole(tmp_path: Path) -> None:
    """That is an error; the entry comes again, on a line of its own, and no descriptor stays open."""
    file, open_ones = tmp_path / "one.undeliverable", len(list(Path("/proc/self/fd").iterdir()))
    set_aside.set_aside(file, b"whole\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(OSError, match="took only part of an entry"):
            set_aside.set_aside(file, b"another\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    set_aside.set_aside(file, b"another\n")
    assert file.read_bytes() == b"whole\nanot\nanother\n"
    assert len(list(Path("/proc/self/fd").iterdir())) == open_ones
