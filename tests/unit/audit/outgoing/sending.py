"""A spool, its forwarder, and a device that sends entries to a peer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from strongroom.audit.forwarding import Forwarder
from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.audit.outgoing.device import OutgoingDevice, outgoing_device
from strongroom.audit.spool import Spool

ANYWHERE = AddressRules()


class Sending:
    """A spool that is forwarded.

    Args:
        folder: for its files. max_bytes: of the spool.
    """

    def __init__(self, folder: Path, max_bytes: int = 64 * 1024 * 1024) -> None:
        self.spool = Spool(folder / "spool", max_bytes)
        self._forwarder = Forwarder(folder / "spool")
        self._devices: list[OutgoingDevice] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._ending.wait(0.01):
            self._forwarder.look()

    def device(self, type_: str, id_: str = "one", *, configured: bool = False, **options: str) -> OutgoingDevice:
        """A device, opened."""
        made = outgoing_device(
            type_,
            options,
            lambda target, told: self.spool.device(id_, target, told),
            ANYWHERE,
            configured=configured,
        )
        made.open()
        self._devices.append(made)
        return made

    def end(self) -> None:
        """Drain, and end."""
        for device in self._devices:
            device.close()
        self._ending.set()
        self._thread.join()
        self._forwarder.drain(2.0)


@contextmanager
def sending(folder: Path, max_bytes: int = 64 * 1024 * 1024) -> Iterator[Sending]:
    """A forwarded spool for a while."""
    made = Sending(folder, max_bytes)
    try:
        yield made
    finally:
        made.end()


def numbered(first: int, last: int, size: int = 200) -> list[bytes]:
    """Lines that differ, with newlines."""
    return [b'{"n":%d,"x":"%b"}\n' % (number, b"x" * size) for number in range(first, last)]


def bare(lines: list[bytes]) -> list[bytes]:
    """Lines without newlines."""
    return [line.rstrip(b"\n") for line in lines]


def put(device: OutgoingDevice, lines: list[bytes]) -> None:
    """Have a device take all of the lines, of which one write may take only the first."""
    while lines:
        lines = lines[device.write(*lines) :]
