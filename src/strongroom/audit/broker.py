"""Hands every entry to every device, and refuses the request when none of them took it."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

import structlog

from strongroom.audit import chain
from strongroom.audit.entry import Asked, Asking, Notation, Outcome, Style, request_entry, response_entry
from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.lib import json
from strongroom.lib.errors import Internal, InvalidRequest, StrongroomError, Unavailable
from strongroom.lib.rand import Random, uuid4
from strongroom.sdk.fields import FieldError, to_bool
from strongroom.services.exchange import Known

_HEADERS = keys.SETTINGS + "audit-header/"
_DIGESTS_KEPT = 4096
_SHORT = 64
_ELSEWHERE = ("exclude", "filter", "fallback")
"""They leave out entries or fields; who sets one would find out too late that nothing was."""
_ASKED_KEPT = 1024
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


class AuditedHeader(Record, frozen=True, tag="audit-header"):
    """A header of requests that entries show."""

    hmac: bool
    """Whether as a digest."""


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


DeviceType = Callable[[Mapping[str, str], str], AuditDevice]
"""Makes a device from its options and its id."""


class Backlog(Protocol):
    """Where entries wait that somebody else delivers."""

    def keep_only(self, ids: Collection[str]) -> None:
        """Give up what belongs to other devices than these, once it is delivered."""
        ...

    def backlog_bytes(self, id_: str) -> int | None:
        """How much waits of one device; None for one whose entries don't go this way."""
        ...


class Channel:
    """A device with its digest key and the chain of what this process wrote to it.

    It is closed when the last request that may still write to it has ended, not when its configuration goes: the
    request that disables a device is written to it.
    """

    def __init__(self, record: AuditRecord, device: AuditDevice, writer: str) -> None:
        self.record = record
        self.style = style_of(record.options)
        self._device = device
        self._prefix = record.options.get("prefix", "").encode()
        self._digests: OrderedDict[str, str] = OrderedDict()
        self._writer = writer
        self._chain_key = chain.key_of(record.salt)
        self._link = chain.start(self._chain_key, writer)
        self._is_open = False
        self._close = weakref.finalize(self, device.close)

    def open(self) -> None:
        """Open the device.  Raises `InvalidRequest` when its options can't work."""
        self._device.open()
        self._is_open = True

    def reopen(self) -> None:
        """Go on after a log rotation.  Raises `InvalidRequest` when that can't be; the next entry tries again."""
        self._is_open = False
        self._device.reopen()
        self._is_open = True

    def close(self) -> None:
        """Close the device for good."""
        self._close()

    def digest(self, text: str) -> str:
        """The digest that stands for a sensitive text, as `sys/audit-hash` tells it."""
        known = self._digests.get(text)
        if known is None:
            known = "hmac-sha256:" + hmac_sha256_hex(self.record.salt, text.encode("utf-8", "surrogateescape"))
            # Short texts recur: tokens, accessors, the values that are read again and again.
            if len(text) <= _SHORT:
                self._digests[text] = known
                if len(self._digests) > _DIGESTS_KEPT:
                    self._digests.popitem(last=False)
        return known

    def write(self, entry: dict[str, Any]) -> None:
        """Append an entry, chained to the one before.  Raises `Unavailable` when the device didn't take it."""
        if not self._is_open:
            # What failed when the server started, or at a rotation, is tried again with each entry.
            try:
                self.open()
            except InvalidRequest as error:
                raise Unavailable("the audit device cannot be opened", detail=error.text) from error
        line, link = chain.append(self._chain_key, self._link, self._writer, json.dumps_unsorted(entry))
        self._device.write(self._prefix + line + b"\n")
        self._link = link


class Sink:
    """A channel as one state of the configuration has it."""

    __slots__ = ("_asked", "_asking", "_notation", "channel")

    def __init__(self, channel: Channel, headers: Mapping[str, bool]) -> None:
        self.channel = channel
        self._asked: dict[int, Asked] = {}
        self._notation = Notation(channel.digest, channel.style, headers)
        self._asking = Asking(self._notation)

    @property
    def record(self) -> AuditRecord:
        """The device's configuration."""
        return self.channel.record

    def request(self, known: Known, error: str, now: float) -> None:
        """Write the entry of a request.  Raises `Unavailable`."""
        about = self._asking(known)
        if len(self._asked) >= _ASKED_KEPT:
            self._asked.clear()  # what never came to an answer
        self._asked[id(known)] = about
        self.channel.write(request_entry(about, error, now, self._notation))

    def response(self, known: Known, outcome: Outcome, now: float) -> None:
        """Write the entry of an answer.  Raises `Unavailable`."""
        about = self._asked.pop(id(known), None)
        if about is None or about.known is not known:
            about = self._asking(known)
        self.channel.write(response_entry(about, outcome, now, self._notation))


def style_of(options: Mapping[str, str]) -> Style:
    """The style that a device's options ask for.  Raises `InvalidRequest` for a value that isn't a boolean."""
    values = {}
    for name in ("log_raw", "hmac_accessor", "elide_list_responses"):
        if name in options:
            text = options[name]
            try:
                values[name] = to_bool(text or "neither")
            except FieldError as error:
                raise InvalidRequest(f'strconv.ParseBool: parsing "{text}": invalid syntax') from error
    for name in _ELSEWHERE:
        if options.get(name, "") not in {"", "false"}:
            raise InvalidRequest(f'the option "{name}" is one of Vault Enterprise, which this server does not have')
    if not options.get("prefix", "").isprintable():
        raise InvalidRequest("a prefix holds no control characters")
    format_ = options.get("format", "json")
    if format_ == "jsonx":
        raise InvalidRequest('the format "jsonx" does not exist any more; leave "format" out, or set it to "json"')
    if format_ != "json":
        raise InvalidRequest(f'unknown format type "{format_}"')
    return Style(**values)


class AuditBroker:
    """All devices of the store's configuration, opened in this process.

    Args:
        types: constructors by device type.
        writer: names this process in the chains of its entries; no other process may ever have had the name.
        backlog: where devices leave what they don't deliver themselves.
        prefixes: whether devices may be enabled that put a text of their own before each entry.  With one, and a path,
            whoever may enable devices can write a line of choice into any file of the server's user: a key, a program.
            Source: CVE-2025-6000
    """

    def __init__(
        self,
        types: Mapping[str, DeviceType],
        random: Random,
        writer: str,
        backlog: Backlog | None = None,
        *,
        prefixes: bool = False,
    ) -> None:
        self._backlog = backlog
        self._prefixes = prefixes
        self.types = types
        self._random = random
        self._writer = writer
        self._channels: dict[str, Channel] = {}

    async def sinks(self, txn: Transaction) -> tuple[Sink, ...]:
        """The devices to write to, by the configuration that this transaction sees."""
        return await txn.derived("audit devices", self._build)

    async def _build(self, txn: Transaction) -> tuple[Sink, ...]:
        headers = {name: header.hmac for name, header in (await self.headers(txn)).items()}
        sinks = []
        for record in await self.records(txn):
            channel = self._channels.get(record.id)
            if channel is None:
                channel = self._channels[record.id] = self._channel(record)
                try:
                    channel.open()
                except StrongroomError as error:
                    log.error("audit device did not open", device=record.path, reason=error.text)
            sinks.append(Sink(channel, headers))
        for gone in self._channels.keys() - {sink.record.id for sink in sinks}:
            del self._channels[gone]
        if self._backlog is not None:
            self._backlog.keep_only({sink.record.id for sink in sinks})
        return tuple(sinks)

    def backlogs(self) -> dict[str, int]:
        """By path, how many bytes of each device wait to be delivered."""
        if self._backlog is None:
            return {}
        found = {channel.record.path: self._backlog.backlog_bytes(id_) for id_, channel in self._channels.items()}
        return {path: waiting for path, waiting in found.items() if waiting is not None}

    async def records(self, txn: Transaction) -> list[AuditRecord]:
        """The configured devices, by path."""
        found = [await txn.read(keys.AUDIT_DEVICES + name, AuditRecord) for name in await txn.list(keys.AUDIT_DEVICES)]
        return sorted((record for record in found if record is not None), key=lambda record: record.path)

    async def enable(
        self, txn: Transaction, path: str, type_: str, description: str, options: dict[str, str], *, local: bool
    ) -> None:
        """Configure a device, having opened it once.

        Args:
            path: ends in `/`.

        Raises: `InvalidRequest` when the path is taken, or the device can't be opened with these options.
        """
        if options.get("prefix") and not self._prefixes:
            raise InvalidRequest("the server's configuration does not allow prefixes: allow_audit_log_prefixing")
        for other in await self.records(txn):
            if other.path.startswith(path) or path.startswith(other.path):
                raise InvalidRequest("path already in use")
        record = AuditRecord(
            path=path,
            type=type_,
            description=description,
            options=options,
            local=local,
            salt=txn.once(f"audit salt {path}", lambda: self._random.bytes(32)),
            id=txn.once(f"audit id {path}", lambda: uuid4(self._random)),
        )
        # Closed again with this object: other processes open their own, and this one does when it is configured.
        self._channel(record).open()
        txn.write(keys.AUDIT_DEVICES + record.id, record)

    async def disable(self, txn: Transaction, path: str) -> None:
        """Remove the device of a path, if there is one."""
        for record in await self.records(txn):
            if record.path == path:
                txn.delete(keys.AUDIT_DEVICES + record.id)

    async def headers(self, txn: Transaction) -> dict[str, AuditedHeader]:
        """The headers of requests that entries show, by name in lower case."""
        found = {name: await txn.read(_HEADERS + name, AuditedHeader) for name in await txn.list(_HEADERS)}
        return {name: header for name, header in found.items() if header is not None}

    def set_header(self, txn: Transaction, name: str, header: AuditedHeader | None) -> None:
        """Show a header of requests in entries, or, with None, not any more."""
        key = _HEADERS + name.lower()
        if header is None:
            txn.delete(key)
        else:
            txn.write(key, header)

    def _channel(self, record: AuditRecord) -> Channel:
        make = self.types.get(record.type)
        if make is None:
            raise InvalidRequest(f'unknown backend type: "{record.type}"')
        return Channel(record, make(record.options, record.id), self._writer)

    def request(self, sinks: tuple[Sink, ...], known: Known, error: str, now: float) -> None:
        """Write the request entry.  Raises `Internal` when there are devices and none took it."""
        self._each(sinks, lambda sink: sink.request(known, error, now))

    def response(self, sinks: tuple[Sink, ...], known: Known, outcome: Outcome, now: float) -> None:
        """Write the response entry.  Raises `Internal` when there are devices and none took it."""
        self._each(sinks, lambda sink: sink.response(known, outcome, now))

    def _each(self, sinks: tuple[Sink, ...], write: Callable[[Sink], None]) -> None:
        taken = not sinks
        for sink in sinks:
            try:
                write(sink)
                taken = True
            except StrongroomError as error:
                log.error("audit device failed", device=sink.record.path, reason=error.detail or error.text)
        if not taken:
            raise Internal("failed to audit request, cannot continue", detail=_FAILED)

    def reopen(self) -> None:
        """Reopen every device, after a log rotation; one that fails is logged, and tried again with each entry."""
        for channel in self._channels.values():
            try:
                channel.reopen()
            except StrongroomError as error:
                log.error("audit device did not reopen", device=channel.record.path, reason=error.text)

    def close(self) -> None:
        """Close every device."""
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()
