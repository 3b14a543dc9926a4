"""Hands every entry to every device, and refuses the request when none of them took it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from strongroom.audit.entry import Outcome, Style, request_entry, response_entry
from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.mac import hmac_sha256, hmac_sha256_hex
from strongroom.lib import json
from strongroom.lib.errors import Internal, InvalidRequest, StrongroomError
from strongroom.lib.rand import Random
from strongroom.sdk.fields import FieldError, to_bool
from strongroom.services.exchange import Known

_DIGESTS_KEPT = 4096
_FAILED = "no audit device took the entry"

log = structlog.get_logger("audit")


class AuditRecord(Record, frozen=True, tag="audit-device"):
    """One configured device."""

    path: str
    """Ends in `/`."""
    type: str
    description: str
    options: dict[str, str]
    local: bool
    salt: bytes
    """Key of this device's digests."""
    id: str

    def __repr__(self) -> str:
        return f"AuditRecord(path={self.path}, type={self.type})"


class AuditDevice(Protocol):
    """Where entries go."""

    def open(self) -> None:
        """Get ready; raises `InvalidRequest` when the settings can't work."""
        ...

    def write(self, line: bytes) -> None:
        """Take one line whole, without waiting for anybody; raises `Unavailable` otherwise."""
        ...

    def reopen(self) -> None:
        """Begin anew where the settings point, after a log rotation."""
        ...

    def close(self) -> None:
        """Release everything."""
        ...


DeviceType = Callable[[Mapping[str, str]], AuditDevice]


class Sink:
    """An open device with its digest key, its style, and the chain of what this process wrote to it."""

    def __init__(self, record: AuditRecord, device: AuditDevice, writer: str) -> None:
        self.record = record
        self.device = device
        self.style = style_of(record.options)
        self._prefix = record.options.get("prefix", "").encode()
        self._digests: OrderedDict[str, str] = OrderedDict()
        self._chain = hmac_sha256(record.salt, writer.encode())
        self._writer = writer
        self._sequence = 0

    def digest(self, text: str) -> str:
        """The digest that stands for a sensitive text, as `sys/audit-hash` tells it."""
        known = self._digests.get(text)
        if known is None:
            known = "hmac-sha256:" + hmac_sha256_hex(self.record.salt, text.encode("utf-8", "surrogateescape"))
            # Short texts recur: tokens, accessors, the values that are read again and again.
            if len(text) <= 64:
                self._digests[text] = known
                if len(self._digests) > _DIGESTS_KEPT:
                    self._digests.popitem(last=False)
        return known

    def write(self, entry: dict[str, Any]) -> None:
        """Append an entry, chained to the one before by a MAC over both."""
        body = json.dumps_unsorted(entry)
        chain = hmac_sha256(self.record.salt, self._chain + body)
        link = f',"chain":{{"writer":"{self._writer}","sequence":{self._sequence + 1},"mac":"{chain.hex()}"}}}}\n'
        self.device.write(self._prefix + body[:-1] + link.encode())
        self._chain = chain
        self._sequence += 1


def style_of(options: Mapping[str, str]) -> Style:
    """The style that a device's options ask for.  Raises `InvalidRequest` for a value that isn't a boolean."""
    values = {}
    for name in ("log_raw", "hmac_accessor", "elide_list_responses"):
        if name in options:
            try:
                values[name] = to_bool(options[name])
            except FieldError as error:
                raise InvalidRequest(f"{name}: {error}") from error
    if options.get("format", "json") != "json":
        raise InvalidRequest(f"unknown format type {options['format']!r}")
    return Style(**values)


class AuditBroker:
    """All devices of the store's configuration, opened in this process.

    Args:
        types: constructors by device type.
        writer: names this process in the chains of its entries.
    """

    def __init__(self, types: Mapping[str, DeviceType], random: Random, writer: str) -> None:
        self.types = types
        self._random = random
        self._writer = writer
        self._open: dict[str, Sink] = {}

    async def sinks(self, txn: Transaction) -> tuple[Sink, ...]:
        """The devices to write to, by the configuration that this transaction sees."""
        return await txn.derived("audit devices", self._build)

    async def _build(self, txn: Transaction) -> tuple[Sink, ...]:
        sinks = []
        for name in await txn.list(keys.AUDIT_DEVICES):
            record = await txn.read(keys.AUDIT_DEVICES + name, AuditRecord)
            if record is None:
                continue
            sink = self._open.get(record.id)
            if sink is None:
                sink = self._open[record.id] = self.open(record)
            sinks.append(sink)
        for gone in self._open.keys() - {sink.record.id for sink in sinks}:
            self._open.pop(gone).device.close()
        return tuple(sinks)

    def open(self, record: AuditRecord) -> Sink:
        """Open one device.  Raises `InvalidRequest` when its type or options can't work."""
        make = self.types.get(record.type)
        if make is None:
            raise InvalidRequest(f'unknown backend type: "{record.type}"')
        device = make(record.options)
        sink = Sink(record, device, self._writer)
        device.open()
        return sink

    def request(self, sinks: tuple[Sink, ...], known: Known, error: str, now: float) -> None:
        """Write the request entry.  Raises `Internal` when there are devices and none took it."""
        self._each(sinks, lambda sink: request_entry(known, error, now, sink.digest, sink.style))

    def response(self, sinks: tuple[Sink, ...], known: Known, outcome: Outcome, now: float) -> None:
        """Write the response entry.  Raises `Internal` when there are devices and none took it."""
        self._each(sinks, lambda sink: response_entry(known, outcome, now, sink.digest, sink.style))

    def _each(self, sinks: tuple[Sink, ...], make: Callable[[Sink], dict[str, Any]]) -> None:
        taken = not sinks
        for sink in sinks:
            try:
                sink.write(make(sink))
                taken = True
            except StrongroomError as error:
                log.error("audit device failed", device=sink.record.path, reason=error.detail or error.text)
        if not taken:
            raise Internal("failed to audit request, cannot continue", detail=_FAILED)

    def reopen(self) -> None:
        """Reopen every device, after a log rotation; one that fails is logged, and refuses from then on."""
        for sink in self._open.values():
            try:
                sink.device.reopen()
            except StrongroomError as error:
                log.error("audit device did not reopen", device=sink.record.path, reason=error.text)

    def close(self) -> None:
        """Close every device."""
        for sink in self._open.values():
            sink.device.close()
        self._open.clear()

    def new_salt(self) -> bytes:
        """A digest key for a new device."""
        return self._random.bytes(32)
