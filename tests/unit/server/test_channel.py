"""The supervisor's end of a socket: whoever is at the other end, it doesn't wait."""

from __future__ import annotations

import socket

import pytest

from strongroom.server.messages.framing import Framing, Garbled
from strongroom.server.messages.to_supervisor import Alive, FromWorker
from strongroom.server.messages.to_worker import Reload, ToWorker
from strongroom.server.sources import Sources
from strongroom.server.supervisor.channel import Channel

LARGE = Reload(Sources((("a.hcl", "x" * 1_000_000),), {}), "info")


def test_who_does_not_read_holds_up_nobody() -> None:
    """What doesn't go at once goes later, whole and in order; without end it isn't kept."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        channel: Channel[FromWorker] = Channel(ours, FromWorker)
        for _ in range(3):
            channel.send(LARGE)
        framing: Framing[ToWorker] = Framing(ToWorker)
        received: list[ToWorker] = []
        theirs.settimeout(20)
        while len(received) < 3:
            received += framing.feed(theirs.recv(1 << 20))
            channel.flush()
        assert received == [LARGE] * 3
        with pytest.raises(OSError, match="it reads nothing"):
            for _ in range(64):
                channel.send(LARGE)


def test_nothing_to_read_is_not_the_end() -> None:
    """No message yet, one message, one that makes no sense, and the end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        channel: Channel[FromWorker] = Channel(ours, FromWorker)
        assert channel.receive() == []
        other: Channel[FromWorker] = Channel(theirs, FromWorker)
        other.send(Alive())
        assert channel.receive() == [Alive()]
        other.send(LARGE.__class__(Sources((), {}), ""))
        with pytest.raises(Garbled):
            channel.receive()
        theirs.close()
        assert channel.receive() is None
