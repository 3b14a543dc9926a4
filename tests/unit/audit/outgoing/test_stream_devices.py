"""The device `socket` on a stream: a peer that reads slowly, not at all, leaves or is killed loses nothing."""

from __future__ import annotations

import resource
import signal
import socket
from pathlib import Path

import pytest

from strongroom.lib.errors import Unavailable
from tests.ports import free_port
from tests.sim.line_receiver import receiving
from tests.unit.audit.outgoing.sending import bare, numbered, put, sending
from tests.unit.audit.test_spool import until


@pytest.mark.parametrize("kind", ["tcp", "tcp4", "unix"])
def test_a_peer_gets_every_line(tmp_path: Path, kind: str) -> None:
    """Whole, in order, once, each with its newline."""
    path = str(tmp_path / "s") if kind == "unix" else ""
    with receiving(path=path) as receiver, sending(tmp_path) as sent:
        device = sent.device("socket", address=receiver.address, socket_type=kind)
        lines = numbered(0, 500)
        put(device, lines)
        until(lambda: len(receiver.lines) == len(lines))
        assert receiver.lines == bare(lines)
        assert receiver.connections == 1
        until(lambda: sent.spool.backlog_bytes("one") == 0)


def test_an_absent_peer_holds_up_nobody(tmp_path: Path) -> None:
    """The device opens and takes lines; they come once somebody listens."""
    port = free_port()
    with sending(tmp_path) as sent:
        device = sent.device("socket", address=f"127.0.0.1:{port}")
        put(device, numbered(0, 3))
        until(lambda: (sent.spool.backlog_bytes("one") or 0) > 0)
        with receiving(port) as receiver:
            until(lambda: len(receiver.lines) == 3)
            assert receiver.lines == bare(numbered(0, 3))


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_peer_that_stops_reading_loses_nothing(tmp_path: Path, kind: str) -> None:
    """Lines wait, on one connection, and come once and in order when it reads again; another device isn't delayed."""
    path = str(tmp_path / "s") if kind == "unix" else ""
    with receiving(path=path) as receiver, receiving() as other, sending(tmp_path) as sent:
        device = sent.device("socket", address=receiver.address, socket_type=kind, write_timeout="100ms")
        beside = sent.device("socket", "two", address=other.address)
        put(device, numbered(0, 10))
        until(lambda: len(receiver.lines) == 10)
        receiver.pause()
        for first in range(10, 1610, 100):
            put(device, numbered(first, first + 100, 10_000))
        put(beside, numbered(0, 5))
        until(lambda: len(other.lines) == 5)
        assert (sent.spool.backlog_bytes("one") or 0) > 1_000_000
        receiver.go_on()
        until(lambda: len(receiver.lines) == 1610)
        assert receiver.lines == bare(numbered(0, 10)) + bare(numbered(10, 1610, 10_000))
        assert receiver.connections == 1


def test_after_a_peer_that_left_in_order_no_line_is_missing_or_double(tmp_path: Path) -> None:
    """It has read all, so nothing is sent again."""
    with receiving() as receiver, sending(tmp_path) as sent:
        device = sent.device("socket", address=receiver.address)
        put(device, numbered(0, 10))
        until(lambda: len(receiver.lines) == 10 and sent.spool.backlog_bytes("one") == 0)
        receiver.leave()
        put(device, numbered(10, 20))
        until(lambda: len(receiver.lines) == 20)
        assert receiver.lines == bare(numbered(0, 20))


def test_what_a_killed_peer_had_not_read_is_sent_again(tmp_path: Path) -> None:
    """Its kernel had confirmed the lines, and the program never saw them."""
    with receiving() as receiver, sending(tmp_path) as sent:
        device = sent.device("socket", address=receiver.address)
        put(device, numbered(0, 10))
        until(lambda: len(receiver.lines) == 10)
        receiver.pause()
        put(device, numbered(10, 20))
        until(lambda: sent.spool.backlog_bytes("one") == 0)  # confirmed
        receiver.break_off()
        receiver.go_on()
        put(device, numbered(20, 30))
        until(lambda: receiver.lines[-1:] == bare(numbered(29, 30)))
        found = receiver.lines
        assert set(found) == set(bare(numbered(0, 30)))
        assert found[-30:] == bare(numbered(0, 30))


def test_at_its_bound_the_spool_takes_nothing_and_goes_on_when_it_is_read(tmp_path: Path) -> None:
    """What was refused was never taken; what was taken comes."""
    with sending(tmp_path, 64 * 1024) as sent:
        port = free_port()
        device = sent.device("socket", address=f"127.0.0.1:{port}")
        taken: list[bytes] = []
        with pytest.raises(Unavailable, match="audit spool"):
            for line in numbered(0, 1000, 1000):
                device.write(line)
                taken.append(line)
        assert 30 < len(taken) < 100
        with receiving(port) as receiver:
            until(lambda: len(receiver.lines) == len(taken))
            put(device, numbered(1000, 1001))
            until(lambda: len(receiver.lines) == len(taken) + 1)
            assert receiver.lines == bare(taken + numbered(1000, 1001))


def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path) -> None:
    """What was refused isn't there, though part of it is in the spool; what was taken comes, and goes on to come."""
    port = free_port()
    with sending(tmp_path) as sent:
        device = sent.device("socket", address=f"127.0.0.1:{port}")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        taken: list[bytes] = []
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
            with pytest.raises(Unavailable):
                for line in numbered(0, 100, 1000):
                    device.write(line)
                    taken.append(line)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, old)
        assert 10 < len(taken) < 30
        put(device, numbered(100, 105))
        with receiving(port) as receiver:
            until(lambda: len(receiver.lines) == len(taken) + 5)
            assert receiver.lines == bare(taken + numbered(100, 105))


def test_a_line_of_many_megabytes_arrives(tmp_path: Path) -> None:
    """As the listing of 300,000 names is, whole and behind others."""
    with receiving() as receiver, sending(tmp_path) as sent:
        device = sent.device("socket", address=receiver.address)
        lines = [*numbered(0, 2), *numbered(2, 3, 24_000_000), *numbered(3, 5)]
        put(device, lines)
        until(lambda: len(receiver.lines) == len(lines))
        assert receiver.lines == bare(lines)


def test_a_peer_that_speaks_is_not_listened_to(tmp_path: Path) -> None:
    """What it says is thrown away, and fills nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    with sending(tmp_path) as sent:
        device = sent.device("socket", address=f"127.0.0.1:{listener.getsockname()[1]}")
        put(device, numbered(0, 1))
        peer, _ = listener.accept()
        peer.settimeout(10)
        peer.sendall(b"y" * 100_000)
        assert peer.recv(65536) == numbered(0, 1)[0]
        put(device, numbered(1, 2))
        assert peer.recv(65536) == numbered(1, 2)[0]
        peer.close()
    listener.close()
