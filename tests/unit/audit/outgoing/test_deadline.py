"""A peer that keeps a device's trial waiting can't do so for good: the thread is given back."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from strongroom.audit.forwarding import connecting, deadline
from strongroom.audit.forwarding.peers import CONFIGURED, open_peer
from strongroom.audit.outgoing.addresses import AddressRules


@contextmanager
def dripping(piece: bytes, first: bytes = b"") -> Iterator[int]:
    """A port whose peer says the same again and again, each time before a timeout would end, and never all."""
    over = Event()

    def drip() -> None:
        with suppress(OSError):
            client, _ = listening.accept()
            with client:
                client.sendall(first)
                while not over.wait(0.01):
                    client.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=drip)
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join()


@pytest.mark.parametrize("piece", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_an_answer_that_never_comes_is_given_up(piece: bytes) -> None:
    """Also one of endless parts, and where the device waits for its peer as long as the kernel does."""
    with dripping(piece) as port:
        options = {"uri": f"http://127.0.0.1:{port}/", "write_timeout": "0", CONFIGURED: "false"}
        target = open_peer("http", options, AddressRules(), within_s=0.1)
        with pytest.raises(OSError, match=r"no HTTP|closed|reset"):
            target.send((b"{}\n",))
        target.close()


def test_a_handshake_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that sends its part byte by byte has no more time than one that says nothing."""
    monkeypatch.setattr(connecting, "CONNECT_S", 0.1)
    record_of_16_kib = b"\x16\x03\x03\x40\x00"
    with dripping(b"\x02", record_of_16_kib) as port:
        options = {"address": f"127.0.0.1:{port}", "socket_type": "tls", CONFIGURED: "false"}
        target = open_peer("socket", options, AddressRules(), within_s=0.1)
        with pytest.raises(OSError):
            target.send((b"{}\n",))
        target.close()


def test_what_is_done_in_time_keeps_its_connection() -> None:
    """The socket is shut down by nobody afterwards."""
    one, other = socket.socketpair()
    with one, other:
        with deadline.ended_after(one, 60.0):
            one.sendall(b"a")
        one.sendall(b"b")
        assert other.recv(2, socket.MSG_WAITALL) == b"ab"
