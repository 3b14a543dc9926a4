"""Devices that send datagrams: UDP and Unix sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.audit.forwarding.datagrams import Datagrams
from strongroom.audit.forwarding.target import Undeliverable
from tests.ports import free_port
from tests.unit.audit.outgoing.sending import Sending, bare, numbered, put, sending
from tests.unit.audit.test_spool import until


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Sending]:
    """A forwarded spool."""
    with sending(tmp_path) as running:
        yield running


@pytest.mark.parametrize("kind", ["udp", "udp4", "unixgram"])
def test_each_line_is_a_datagram(tmp_path: Path, sent: Sending, kind: str) -> None:
    """Without a newline."""
    family = socket.AF_UNIX if kind == "unixgram" else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "s") if kind == "unixgram" else ("127.0.0.1", 0))
        receiver.settimeout(10)
        name = receiver.getsockname()
        device = sent.device("socket", socket_type=kind, address=name if kind == "unixgram" else f"127.0.0.1:{name[1]}")
        put(device, numbered(0, 20))
        assert [receiver.recv(65536) for _ in range(20)] == bare(numbered(0, 20))


def test_a_full_queue_is_waited_for(tmp_path: Path, sent: Sending) -> None:
    """Of a Unix socket whose program doesn't read: nothing is lost."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "s"))
        receiver.settimeout(10)
        device = sent.device("socket", socket_type="unixgram", address=str(tmp_path / "s"), write_timeout="50ms")
        put(device, numbered(0, 2000, 1000))
        until(lambda: (sent.spool.backlog_bytes("one") or 0) > 1000)
        found: list[bytes] = []
        while len(set(found)) < 2000:
            found.append(receiver.recv(65536))
        assert list(dict.fromkeys(found)) == bare(numbered(0, 2000, 1000))


def test_lines_for_a_port_where_nobody_listens_are_sent_again(sent: Sending) -> None:
    """If the network says so, which it does on the same machine."""
    port = free_port()
    device = sent.device("socket", socket_type="udp", address=f"127.0.0.1:{port}")
    put(device, numbered(0, 3))
    until(lambda: (sent.spool.backlog_bytes("one") or 0) > 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", port))
        receiver.settimeout(10)
        found = {receiver.recv(65536) for _ in range(3)}
        assert found == set(bare(numbered(0, 3)))


def test_a_datagram_that_is_too_long_is_undeliverable() -> None:
    """Those before it are sent, and it is told."""
    receiver, sender = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with receiver:
        target = Datagrams(lambda: sender, lambda line: [line], 1.0)
        big = b"x" * 10_000_000 + b"\n"
        assert target.send((b"a\n", big, b"b\n")) == 1
        with pytest.raises(Undeliverable, match="max_line"):
            target.send((big, b"b\n"))
        assert target.send((b"b\n",)) == 1
        assert [receiver.recv(100), receiver.recv(100)] == [b"a", b"b"]
        target.close()
