"""Writes every entry to every device, and refuses the request if no device takes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

import structlog

from strongroom.audit import devices, records
from strongroom.audit.channel import AuditDevice, Channel, Sink, Trail
from strongroom.audit.counts import AuditCounts
from strongroom.audit.devices import ALL, DeviceRequest
from strongroom.audit.entry import Outcome, test_entry
from strongroom.audit.file import place_of
from strongroom.audit.filtering import Rules, check_beside, rules_of, select
from strongroom.audit.fragments import Fragments
from strongroom.audit.gathering import REFUSED, Entry, Gathering
from strongroom.audit.records import AuditedHeader, AuditRecord, Manifest
from strongroom.audit.standing import MAKING_ROOM, Standing
from strongroom.audit.style import skips_test, style_of
from strongroom.audit.trying import Reaching, Trial
from strongroom.audit.writer import Writers
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import Internal, InvalidRequest, StrongroomError
from strongroom.lib.limits import check_name
from strongroom.lib.rand import Random, uuid4
from strongroom.lib.seldom import Seldom
from strongroom.lib.turn import Turn
from strongroom.services.exchange import Exchange
from strongroom.storage.base import Reserve

__all__ = ["AuditBroker", "AuditDevice", "AuditRecord", "AuditedHeader", "Channel", "DeviceType", "Sink", "style_of"]

MOST = 64
"""The most devices at a time.

Each has an open file in every process, and gets two lines of every request.  Devices of the configuration aren't
limited, so that a client who may enable devices can't keep them out.
"""

log = structlog.get_logger("audit")


DeviceType = Callable[[Mapping[str, str], str, bool], AuditDevice]
"""Makes a device from its options, its id, and whether it comes from the configuration."""


class Spools(Protocol):
    """Entries that wait for the forwarder."""

    def keep_only(self, ids: Collection[str]) -> None:
        """Remove the entries of all other devices after their delivery."""
        ...

    def backlog_bytes(self, id_: str) -> int | None:
        """The waiting bytes of a device; None for a device that writes its entries itself."""
        ...

    def undeliverable_bytes(self, id_: str) -> int | None:
        """The bytes of a device that were set aside because they can't be delivered; None as above."""
        ...


class AuditBroker:
    """All audit devices in the store, opened in this process.

    Args:
        types: constructors by device type.
        writers: names this process's writers in the chains of their entries.
        backlog: the entries that devices don't write themselves. prefixes: whether devices with the option `prefix` may
        be enabled.  With a prefix and a path, a client who may enable devices could write any line into any file of the
        server's user: a key, a program. Source: CVE-2025-6000 listed: whether the store has a list of the devices,
        which must agree with them. reserve: disk space that the store frees when a device on the same file system finds
        it full. turn: at whose end the entries are written that wait for it.
    """

    def __init__(
        self,
        types: Mapping[str, DeviceType],
        random: Random,
        writers: Writers,
        backlog: Spools | None = None,
        *,
        prefixes: bool = False,
        listed: bool = True,
        reserve: Reserve | None = None,
        turn: Turn | None = None,
    ) -> None:
        self._standing = Standing(reserve)
        self._gathering = Gathering(self._standing)
        self.turn = turn or Turn()
        self.turn.at_end.append(self._gathering.write)
        self._backlog = backlog
        self._prefixes = prefixes
        self._listed = listed
        self.types = types
        self._random = random
        self._writers = writers
        self._channels: dict[str, Channel] = {}
        self._told = Seldom()
        self._trial = Trial(self._channel)
        self.trails: dict[str, Trail] = {}
        """The last line of each writer of this process, by name.

        `Heads` stores them, and removes those that have ended.
        """
        self.missed = 0
        """Entries that no filter took, and that had no fallback: every device got them."""

    async def sinks(self, txn: Transaction) -> tuple[Sink, ...]:
        """The devices to write to, as this transaction sees them.

        Raises: `Internal` if the store's devices don't agree with its list.  An attacker may have changed the store to
        keep a request out of the log.
        """
        sinks, wrong = await txn.derived("audit devices", self._build)
        if wrong:
            if self._told.due(wrong):
                log.error("the store's audit devices do not match its list: all requests are refused", difference=wrong)
            raise Internal(REFUSED, detail=f"audit devices in the store: {wrong}")
        return sinks

    async def _build(self, txn: Transaction) -> tuple[tuple[Sink, ...], str]:
        headers = {name: header.hmac for name, header in (await self.headers(txn)).items()}
        found = await self.records(txn)
        wrong = records.difference(await txn.read(records.MANIFEST, Manifest), found) if self._listed else ""
        sinks = []
        for record in found:
            channel = self._channels.get(record.id)
            if channel is None:
                channel = self._channels[record.id] = self._channel(record, self._device(record))
                try:
                    channel.open()
                except StrongroomError as error:
                    log.error("audit device did not open", device=record.path, reason=error.text)
            sinks.append(Sink(channel, headers))
        for gone in self._channels.keys() - {sink.record.id for sink in sinks}:
            del self._channels[gone]
        if self._backlog is not None:
            self._backlog.keep_only({sink.record.id for sink in sinks})
        return tuple(sinks), wrong

    @property
    def counts(self) -> AuditCounts:
        """What became of the entries of this process."""
        return self._gathering.counts

    def backlogs(self) -> dict[str, int]:
        """The bytes of each device that wait for their delivery, by path."""
        return self._by_path(self._backlog.backlog_bytes) if self._backlog is not None else {}

    def undeliverable(self) -> dict[str, int]:
        """The bytes of each device that were set aside because they can't be delivered, by path."""
        return self._by_path(self._backlog.undeliverable_bytes) if self._backlog is not None else {}

    def _by_path(self, count: Callable[[str], int | None]) -> dict[str, int]:
        found = {channel.record.path: count(id_) for id_, channel in self._channels.items()}
        return {path: number for path, number in found.items() if number is not None}

    async def records(self, txn: Transaction) -> list[AuditRecord]:
        """The devices in the store, sorted by path."""
        found = [await txn.read(records.DEVICES + name, AuditRecord) for name in await txn.list(records.DEVICES)]
        return sorted((record for record in found if record is not None), key=lambda record: record.path)

    async def enable(self, txn: Transaction, wanted: DeviceRequest, now: float) -> None:
        """Open a device, write a test entry to it, and store it.

        Args:
            now: seconds since the epoch.

        Raises: `InvalidRequest` if the path is taken or too long, if there are too many devices, or if the device
        doesn't work with these options.
        """
        if wanted.options.get("prefix") and not self._prefixes:
            raise InvalidRequest("the server's configuration does not allow prefixes: allow_audit_log_prefixing")
        check_name("the path of an audit device", wanted.path)
        others = await self.records(txn)
        if len(others) >= MOST:
            raise InvalidRequest(f"there are {MOST} audit devices, which is the most")
        place = place_of(wanted.options) if wanted.type == "file" else ""
        for other in others:
            if other.path.startswith(wanted.path) or wanted.path.startswith(other.path):
                raise InvalidRequest("path already in use")
            if place and place == place_of(other.options):
                # Each device has its own keys.  In a shared file, the lines of one device would look like forged lines
                # to the other.
                raise InvalidRequest(f'the file is that of the audit device "{other.path}"')
        check_beside(wanted.path, rules_of(wanted.options), _rules(others))
        record = self._record(txn, wanted, configured=False)
        device = self._device(record)
        skipped = skips_test(wanted.options)
        if isinstance(device, Reaching):
            entry = None if skipped else self._test_entry(now)
            txn.once.outside(f"audit reach {wanted.path}", lambda: self._trial.reach(record, device, entry))
            skipped = True  # it has come to the peer
        # The test device is closed again.  Each process, this one included, opens its own when it sees the stored
        # device.
        txn.once(
            f"audit test {wanted.path}",
            lambda: self._trial.write(record, device, None if skipped else self._test_entry(now)),
        )
        await devices.add(txn, record)

    def _record(self, txn: Transaction, wanted: DeviceRequest, *, configured: bool) -> AuditRecord:
        return AuditRecord(
            path=wanted.path,
            type=wanted.type,
            description=wanted.description,
            options=wanted.options,
            local=wanted.local,
            salt=txn.once(f"audit salt {wanted.path}", lambda: self._random.bytes(32)),
            id=txn.once(f"audit id {wanted.path}", lambda: uuid4(self._random)),
            configured=configured,
        )

    def _test_entry(self, now: float) -> bytes:
        return test_entry(uuid4(self._random), now)

    async def disable(self, txn: Transaction, path: str) -> None:
        """Remove the device at a path, if there is one.

        Raises: `InvalidRequest` for a device of the server's configuration.
        """
        for record in await self.records(txn):
            if record.path == path:
                if record.configured:
                    raise InvalidRequest("the device is made by the server's configuration: take its stanza out there")
                await devices.retire(txn, record)

    async def configure(
        self, txn: Transaction, stanzas: Sequence[DeviceRequest], now: float, given_up: Collection[str] = ()
    ) -> None:
        """Make the store's devices agree with the configuration.

        A stanza replaces the device at its path, if the new device works.  If a stanza is gone, its device is removed.

        Args:
            now: seconds since the epoch.
            given_up: paths of devices to remove, whoever enabled them; `*` for all, and for devices that the list
                lacks.
        """
        given = {folder.strip("/") + "/" if folder != ALL else ALL for folder in given_up}
        wanted = {stanza.path: stanza for stanza in stanzas}
        await devices.forget(txn, given)
        for record in await self.records(txn):
            stanza = wanted.get(record.path)
            kept = record.configured and stanza is not None and _same(record, stanza)
            leave = not given.isdisjoint({record.path, ALL})
            if kept or (stanza is not None and not leave and not self._works(txn, stanza, now)):
                del wanted[record.path]
            elif record.configured or stanza is not None or leave:
                log.warning("an audit device is removed: the configuration says so", device=record.path)
                await devices.retire(txn, record)
        for stanza in wanted.values():
            await devices.add(txn, self._record(txn, stanza, configured=True))

    def _works(self, txn: Transaction, stanza: DeviceRequest, now: float) -> bool:
        """Whether a stanza's device takes an entry.  If not, the reason is logged."""
        record = self._record(txn, stanza, configured=True)
        try:
            device = self._device(record)
            entry = None if skips_test(stanza.options) else self._test_entry(now)
            txn.once(f"audit test {stanza.path}", lambda: self._trial.write(record, device, entry))
        except StrongroomError as error:
            reason = error.detail or error.text
            log.error(
                "an audit stanza can't be used, so the device at its path stays", device=stanza.path, reason=reason
            )
            return False
        return True

    async def headers(self, txn: Transaction) -> dict[str, AuditedHeader]:
        """The request headers that entries show, by name in lower case."""
        found = {
            name: await txn.read(records.HEADERS + name, AuditedHeader) for name in await txn.list(records.HEADERS)
        }
        return {name: header for name, header in found.items() if header is not None}

    def set_header(self, txn: Transaction, name: str, header: AuditedHeader | None) -> None:
        """Show a request header in entries; None stops that."""
        key = records.HEADERS + name.lower()
        if header is None:
            txn.delete(key)
        else:
            txn.write(key, header)

    def _device(self, record: AuditRecord) -> AuditDevice:
        make = self.types.get(record.type)
        if make is None:
            raise InvalidRequest(f'unknown backend type: "{record.type}"')
        return make(record.options, record.id, record.configured)

    def _channel(self, record: AuditRecord, device: AuditDevice) -> Channel:
        channel = Channel(record, device, self._writers.new())
        self.trails[channel.trail.writer] = channel.trail
        return channel

    def request(self, sinks: tuple[Sink, ...], exchange: Exchange, error: str, now: float) -> Entry:
        """The request entry.  It is written at the end of the turn, or when somebody requires it."""
        chosen = self._chosen(sinks, exchange)
        return self._entry(
            exchange, [(sink.channel, sink.request(exchange, error, now)) for sink in chosen], response=False
        )

    def response(
        self, sinks: tuple[Sink, ...], exchange: Exchange, outcome: Outcome, now: float, hidden: Sequence[Outcome] = ()
    ) -> Entry:
        """The response entry.  It is written as the request entry is, and after it.

        Args:
            hidden: the outcome for each sink, if that was made before (`long_answers.hidden`).
        """
        own = dict(zip(sinks, hidden, strict=True)) if hidden else {}
        chosen = self._chosen(sinks, exchange)
        return self._entry(
            exchange,
            [(sink.channel, sink.response(exchange, own.get(sink, outcome), now)) for sink in chosen],
            response=True,
        )

    def _chosen(self, sinks: tuple[Sink, ...], exchange: Exchange) -> Sequence[Sink]:
        chosen, missed = select(sinks, exchange)
        if missed:
            self.missed += 1
        return chosen

    def repeated(
        self, sinks: tuple[Sink, ...], fragments: tuple[Fragments, ...], time: bytes, id_: bytes, port: bytes
    ) -> Entry:
        """Both entries of a request that is answered as one before it was.  They are written as the others are.

        Args:
            fragments: for each sink. time, id_, port: of this request, as entries show them.
        """
        entry = Entry(rescue=False)
        both = [(each.request.of(time, id_, port), each.response.of(time, id_, port)) for each in fragments]
        self._gathering.add_both(entry, [(sink.channel, *lines) for sink, lines in zip(sinks, both, strict=True)])
        return entry

    def _entry(self, exchange: Exchange, lines: list[tuple[Channel, bytes]], *, response: bool) -> Entry:
        # Only what was allowed makes room: strangers must not use up the reserve by asking for deletions.
        rescue = exchange.grant is not None and exchange.request.operation in MAKING_ROOM
        entry = Entry(rescue=rescue, response=response)
        self._gathering.add(entry, lines)
        return entry

    def require(self, entry: Entry) -> None:
        """Write an entry now, if it wasn't yet.  Raises `Internal` if there are devices and none took it."""
        self._gathering.require(entry)

    def taking(self) -> dict[str, bool]:
        """Whether each device took its last entry, by path."""
        return {channel.record.path: id_ not in self._standing.failing for id_, channel in self._channels.items()}

    @property
    def unwritable(self) -> bool:
        """Whether there are devices and none takes entries, so that all requests fail."""
        return bool(self._standing.failing) and self._standing.failing >= self._channels.keys()

    def retry(self, now: float) -> None:
        """Write a test entry to each failed device.  Without requests, nothing else would find that it works again.

        Args:
            now: seconds since the epoch.
        """
        self._standing.keep_only({*self._channels})
        for id_ in sorted(self._standing.failing):
            channel = self._channels[id_]
            write = partial(channel.write, [self._test_entry(now)])
            self._standing.take(channel.record, write, rescue=False)

    def reopen(self) -> None:
        """Reopen every device after a log rotation.  A failure is logged, and each entry tries again."""
        for channel in self._channels.values():
            try:
                channel.reopen()
            except StrongroomError as error:
                log.error("audit device did not reopen", device=channel.record.path, reason=error.text)

    def look(self) -> None:
        """Check every device.  Called about once a second, outside of requests."""
        for channel in self._channels.values():
            try:
                channel.look()
            except StrongroomError as error:
                log.error("audit device failed", device=channel.record.path, reason=error.text)

    def close(self) -> None:
        """Close every device."""
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()


def _rules(records: Iterable[AuditRecord]) -> Iterator[tuple[str, Rules]]:
    return ((record.path, rules_of(record.options)) for record in records)


def _same(record: AuditRecord, stanza: DeviceRequest) -> bool:
    return DeviceRequest(record.path, record.type, record.description, record.options, record.local) == stanza
