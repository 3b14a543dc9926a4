"""Numbers are sent to sockets, and nothing waits for these."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence

import pytest
from tests.ports import free_port

from strongroom.lib.errors import StorageError
from strongroom.lib.exposition import Gauge, Measure
from strongroom.lib.exposure import Exposure
from strongroom.server.telemetry.sender import Sender
from strongroom.server.telemetry.settings import Receiver, Target, TelemetrySettings


class Source:
    """Numbers that grow with each question."""

    def __init__(self, number: int = 1) -> None:
        self.asked = 0
        self.number = number
        self.fault: Exception | None = None

    async def __call__(self) -> Sequence[Measure]:
        """The numbers of now."""
        if self.fault is not None:
            raise self.fault
        self.asked += 1
        return [Gauge("vault.a_total", 2 * self.asked, "A.", {"x": str(each)}) for each in range(self.number)]


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    """A UDP socket that somebody reads."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        yield sock


def sender(kind: Receiver, port: int, source: Source) -> Sender:
    """One that sends to a port of this machine."""
    settings = TelemetrySettings(Exposure(), (Target(kind, "127.0.0.1", port),), tags=("env:test",))
    return Sender(settings, source, "ho.st", every_s=0.01)


@pytest.mark.parametrize("kind", [Receiver.STATSD, Receiver.STATSITE])
async def test_a_receiver_whose_name_can_be_none_stops_no_other(receiver: socket.socket, kind: Receiver) -> None:
    """Python refuses such a name with another error than for one without an address."""
    port = receiver.getsockname()[1]
    targets = (Target(kind, "a..b", port), Target(Receiver.STATSD, "127.0.0.1", port))
    await Sender(TelemetrySettings(Exposure(), targets), Source(), "ho.st", every_s=0.01).send({})
    assert received(receiver) == [b"vault.a_total.0:2|c"]


def received(sock: socket.socket) -> list[bytes]:
    """The datagrams that wait."""
    found = []
    while True:
        try:
            found.append(sock.recv(65536))
        except BlockingIOError:
            return found


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Receiver.STATSD, b"vault.a_total.0:2|c"), (Receiver.DOGSTATSD, b"vault.a_total:2|c|#env:test,x:0")],
)
async def test_growth_is_sent_by_udp(receiver: socket.socket, kind: Receiver, expected: bytes) -> None:
    """What grew between two times, beginning with the first: what a process had counted before isn't sent again."""
    running = asyncio.create_task(sender(kind, receiver.getsockname()[1], Source()).run_forever())
    found: list[bytes] = []
    while len(found) < 3:
        await asyncio.sleep(0.01)
        found += received(receiver)
    running.cancel()
    assert set(found) == {expected}


async def test_many_numbers_are_several_datagrams(receiver: socket.socket) -> None:
    """None is so long that a network would cut it."""
    await sender(Receiver.STATSD, receiver.getsockname()[1], Source(200)).send({})
    found = received(receiver)
    assert len(found) > 1
    assert max(map(len, found)) <= 1400
    assert len(b"\n".join(found).split(b"\n")) == 200


async def test_statsite_gets_lines_over_one_connection() -> None:
    """A receiver that has gone is dropped, and gets the next numbers when it is there again."""
    read: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        read.append(await reader.readline())
        writer.close()

    port = free_port()
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    sending = sender(Receiver.STATSITE, port, Source())
    past = await sending.send({})
    while not read:
        await asyncio.sleep(0.01)
    server.close()
    await server.wait_closed()
    for _ in range(3):  # nobody listens: nothing is raised
        past = await sending.send(past)
    again = await asyncio.start_server(serve, "127.0.0.1", port)
    while len(read) < 2:
        past = await sending.send(past)
        await asyncio.sleep(0.01)
    again.close()
    sending.close()
    await asyncio.sleep(0.01)
    assert read == [b"vault.a_total.0:2|c\n"] * 2


@pytest.mark.parametrize("fault", [StorageError("gone"), RuntimeError("a bug")])
async def test_numbers_that_can_not_be_had_end_nothing(receiver: socket.socket, fault: Exception) -> None:
    """The next time all is sent that came meanwhile."""
    source = Source()
    sending = sender(Receiver.STATSD, receiver.getsockname()[1], source)
    past = await sending.send({})
    source.fault = fault
    past = await sending.send(past)
    source.fault = None
    source.asked += 1
    await sending.send(past)
    assert received(receiver) == [b"vault.a_total.0:2|c", b"vault.a_total.0:4|c"]
