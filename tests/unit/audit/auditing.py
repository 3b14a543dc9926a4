"""A broker over a store of its own, with devices that remember what happened to them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from strongroom.audit import AuditBroker
from strongroom.audit.broker import AuditRecord, Sink
from strongroom.audit.devices import DeviceRequest
from strongroom.audit.records import Manifest
from strongroom.audit.writer import Writers
from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, Unavailable
from strongroom.lib.rand import SystemRandom
from strongroom.sdk import Operation
from strongroom.services.exchange import ApiRequest, Exchange
from tests.unit.barrier.places import Place

NOW = 1.0


class Kept:
    """A device that remembers what happened to it."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        self.events: list[str] = []
        self.lines: list[bytes] = []
        self.broken = ""
        self.at_once = 1_000_000
        """The most lines that it takes with one write."""
        self.breaks_after = 1_000_000
        """The most lines that it takes at all."""
        self.one_by_one = False

    def open(self) -> None:
        """Get ready."""
        self.events.append("open")
        if self.broken == "fault":
            raise ZeroDivisionError
        if self.broken == "open":
            raise InvalidRequest("cannot be opened")

    def write(self, *lines: bytes) -> int:
        """Take lines: all of them, or as many as a test says."""
        self.events.append("write")
        if self.broken == "write":
            raise Unavailable("cannot be written")
        taken = min(len(lines), self.at_once, self.breaks_after - len(self.lines))
        if not taken:
            raise Unavailable("cannot be written")
        self.lines += lines[:taken]
        return taken

    def reopen(self) -> None:
        """Begin anew."""
        self.events.append("reopen")
        if self.broken == "reopen":
            raise InvalidRequest("cannot be reopened")

    def look(self) -> None:
        """See to it."""
        if self.broken == "look":
            raise InvalidRequest("cannot be found any more")

    def close(self) -> None:
        """Release everything."""
        self.events.append("close")


class Waiting:
    """A backlog that remembers whose it is."""

    def __init__(self) -> None:
        self.ids: list[set[str]] = []
        self.bytes: dict[str, int | None] = {}
        self.aside: dict[str, int | None] = {}

    def keep_only(self, ids: Collection[str]) -> None:
        """Remember the ids."""
        self.ids.append(set(ids))

    def backlog_bytes(self, id_: str) -> int | None:
        """What a test says."""
        return self.bytes.get(id_)

    def undeliverable_bytes(self, id_: str) -> int | None:
        """What a test says."""
        return self.aside.get(id_)


class Auditing:
    """A broker over a store of its own."""

    def __init__(self, barrier: Barrier, other: Barrier, **options: Any) -> None:
        self.barrier = barrier
        self.other = other
        self.devices: list[Kept] = []
        self.made: dict[str, list[Kept]] = {}
        self.backlog = Waiting()
        self.writers = Writers(b"key", "node-1", SystemRandom())
        self.broker = AuditBroker({"kept": self._make}, SystemRandom(), self.writers, self.backlog, **options)

    def _make(self, options: Mapping[str, str], id_: str, configured: bool) -> Kept:
        device = Kept(id_)
        device.broken = options.get("broken", "")
        self.devices.append(device)
        self.made.setdefault(id_, []).append(device)
        return device

    async def enable(self, path: str, type_: str = "kept", **options: str) -> None:
        """Enable a device."""
        wanted = DeviceRequest(path, type_, f"about {path}", options, local=False)
        await transact(self.barrier, lambda txn: self.broker.enable(txn, wanted, NOW))

    async def disable(self, path: str) -> None:
        """Disable a device."""
        await transact(self.barrier, lambda txn: self.broker.disable(txn, path))

    async def sinks(self) -> tuple[Sink, ...]:
        """Whom to write to."""
        return await transact(self.barrier, self.broker.sinks)

    async def records(self) -> list[AuditRecord]:
        """What is configured."""
        return await transact(self.barrier, self.broker.records)

    async def device(self, path: str) -> Kept:
        """The device that a path's entries go to."""
        (record,) = [record for record in await self.records() if record.path == path]
        return self.made[record.id][-1]

    async def say(self, known: Exchange | None = None) -> None:
        """Have a request audited."""
        self.broker.require(self.broker.request(await self.sinks(), known or KNOWN, "", 1.0))


KNOWN = Exchange(
    ApiRequest(
        id="id",
        operation=Operation.READ,
        path="a/b",
        data={"x": "secret"},
        token="hvs.t",
        wrap_ttl_s=0,
        headers={"x-one": "1"},
        address="192.0.2.7",
        port=0,
        received_at=1.0,
    )
)


async def put_list(barrier: Barrier) -> None:
    """Begin the list of the devices, as a store is initialized with."""

    async def body(txn: Transaction) -> None:
        txn.write(keys.AUDIT_MANIFEST, Manifest())

    await transact(barrier, body)


async def begun(**options: Any) -> Auditing:
    """A broker of its own, and the other process of its store."""
    place = await Place().start()
    await put_list(await place.process())
    return Auditing(await place.process(), await place.process(), **options)


def entries(device: Kept) -> list[dict[str, Any]]:
    """What a device took."""
    return [json.loads(line) for line in device.lines]


def entry_of(device: Kept) -> dict[str, Any]:
    """The only entry of a device."""
    (entry,) = entries(device)
    return entry
