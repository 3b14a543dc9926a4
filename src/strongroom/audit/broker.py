"""Hands every entry to every device, and refuses the request when none of them took it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Protocol

import structlog

from strongroom.audit import devices, records
from strongroom.audit.channel import AuditDevice, Channel, Sink, Trail
from strongroom.audit.devices import ALL, DeviceRequest
from strongroom.audit.entry import Outcome, test_entry
from strongroom.audit.file import place_of
from strongroom.audit.records import AuditedHeader, AuditRecord, Manifest
from strongroom.audit.standing import MAKING_ROOM, Standing
from strongroom.audit.style import style_of
from strongroom.audit.writer import Writers
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import Internal, InvalidRequest, StrongroomError, Unavailable
from strongroom.lib.limits import check_name
from strongroom.lib.rand import Random, uuid4
from strongroom.lib.seldom import Seldom
from strongroom.services.exchange import Exchange
from strongroom.storage.base import Reserve

__all__ = ["AuditBroker", "AuditDevice", "AuditRecord", "AuditedHeader", "Channel", "DeviceType", "Sink", "style_of"]

REFUSED = "failed to audit request, cannot continue"
_FAILED = "no audit device took the entry"
MOST = 64
"""Devices at a time: each holds a file open in every process, and has two lines of every request.  Those of the
configuration aren't counted out: whoever may make devices must not keep them from being made."""

log = structlog.get_logger("audit")


DeviceType = Callable[[Mapping[str, str], str, bool], AuditDevice]
"""Makes a device from its options, its id, and whether the configuration itself has made it."""


class Backlog(Protocol):
    """Where entries wait that somebody else delivers."""

    def keep_only(self, ids: Collection[str]) -> None:
        """Give up what belongs to other devices than these, once it is delivered."""
        ...

    def backlog_bytes(self, id_: str) -> int | None:
        """How much waits of one device; None for one whose entries don't go this way."""
        ...

    def undeliverable_bytes(self, id_: str) -> int | None:
        """How much of one device was set aside, because it can't be delivered; None as above."""
        ...


class AuditBroker:
    """All devices of the store's configuration, opened in this process.

    Args:
        types: constructors by device type.
        writers: names this process's writers in the chains of their entries.
        backlog: where devices leave what they don't deliver themselves.
        prefixes: whether devices may be enabled that put a text of their own before each entry.  With one, and a path,
            whoever may enable devices can write a line of choice into any file of the server's user: a key, a program.
            Source: CVE-2025-6000
        listed: whether the store has a list of the devices, which has to agree with them.
        reserve: what the store gives up when a device's file system, which is its own, has no room left.
    """

    def __init__(
        self,
        types: Mapping[str, DeviceType],
        random: Random,
        writers: Writers,
        backlog: Backlog | None = None,
        *,
        prefixes: bool = False,
        listed: bool = True,
        reserve: Reserve | None = None,
    ) -> None:
        self._standing = Standing(reserve)
        self._backlog = backlog
        self._prefixes = prefixes
        self._listed = listed
        self.types = types
        self._random = random
        self._writers = writers
        self._channels: dict[str, Channel] = {}
        self._told = Seldom()
        self.trails: dict[str, Trail] = {}
        """How far each writer of this process is, by name; whoever stores that removes those that have ended."""

    async def sinks(self, txn: Transaction) -> tuple[Sink, ...]:
        """The devices to write to, by the configuration that this transaction sees.

        Raises: `Internal` when the store's devices aren't those on its list: somebody has changed the store, and a
            request would go unrecorded.
        """
        sinks, wrong = await txn.derived("audit devices", self._build)
        if wrong:
            if self._told.due(wrong):
                log.error("the store's audit devices are not those on its list: nothing is answered", difference=wrong)
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
        return tuple(sinks), wrong

    def backlogs(self) -> dict[str, int]:
        """By path, how many bytes of each device wait to be delivered."""
        return self._by_path(self._backlog.backlog_bytes) if self._backlog is not None else {}

    def undeliverable(self) -> dict[str, int]:
        """By path, how many bytes of each device were set aside, because they can't be delivered."""
        return self._by_path(self._backlog.undeliverable_bytes) if self._backlog is not None else {}

    def _by_path(self, count: Callable[[str], int | None]) -> dict[str, int]:
        found = {channel.record.path: count(id_) for id_, channel in self._channels.items()}
        return {path: number for path, number in found.items() if number is not None}

    async def records(self, txn: Transaction) -> list[AuditRecord]:
        """The configured devices, by path."""
        found = [await txn.read(records.DEVICES + name, AuditRecord) for name in await txn.list(records.DEVICES)]
        return sorted((record for record in found if record is not None), key=lambda record: record.path)

    async def enable(self, txn: Transaction, wanted: DeviceRequest, now: float) -> None:
        """Configure a device, having opened it once and written an entry to it.

        Args:
            now: seconds since the epoch.

        Raises: `InvalidRequest` when the path is taken or too long, there are as many devices as may be, or this one
            can't be used with these options.
        """
        if wanted.options.get("prefix") and not self._prefixes:
            raise InvalidRequest("the server's configuration does not allow prefixes: allow_audit_log_prefixing")
        check_name("the path of an audit device", wanted.path)
        others = await self.records(txn)
        if len(others) >= MOST:
            raise InvalidRequest(f"there are {MOST} audit devices, which is the most")
        place = place_of(wanted.options)
        for other in others:
            if other.path.startswith(wanted.path) or wanted.path.startswith(other.path):
                raise InvalidRequest("path already in use")
            if place and place == place_of(other.options):
                # Each has keys of its own: nobody could tell the other's lines from forged ones.
                raise InvalidRequest(f'the file is that of the audit device "{other.path}"')
        record = self._record(txn, wanted, configured=False)
        # Closed again with this object: other processes open their own, and this one does when it is configured.
        txn.once(f"audit test {wanted.path}", lambda: self._try(record, now))
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

    def _try(self, record: AuditRecord, now: float) -> bool:
        """Write an entry to a device that isn't configured yet: what opens may still take nothing.

        Raises: `InvalidRequest` when it took none.
        """
        channel = self._channel(record)
        try:
            channel.open()
            channel.write(test_entry(uuid4(self._random), now))
        except Unavailable as error:
            raise InvalidRequest(f"sanity check failed; the device takes no entry: {error.detail}") from error
        finally:
            channel.close()
        return True

    async def disable(self, txn: Transaction, path: str) -> None:
        """Remove the device of a path, if there is one.

        Raises: `InvalidRequest` for one that the server's configuration has made.
        """
        for record in await self.records(txn):
            if record.path == path:
                if record.configured:
                    raise InvalidRequest("the device is made by the server's configuration: take its stanza out there")
                await devices.retire(txn, record)

    async def configure(
        self, txn: Transaction, stanzas: Sequence[DeviceRequest], now: float, given_up: Collection[str] = ()
    ) -> None:
        """Bring the store's devices into line with the configuration's.

        A stanza takes the path of whatever device is there, if its own can be used; one that has gone from the
        configuration takes its device along.

        Args:
            now: seconds since the epoch.
            given_up: paths of devices to remove, whoever has made them; `*` for all, and for what the list lacks.
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
        """Whether a stanza's device takes an entry; why not is logged."""
        record = self._record(txn, stanza, configured=True)
        try:
            txn.once(f"audit test {stanza.path}", lambda: self._try(record, now))
        except StrongroomError as error:
            reason = error.detail or error.text
            log.error(
                "an audit stanza can't be used, so the device at its path stays", device=stanza.path, reason=reason
            )
            return False
        return True

    async def headers(self, txn: Transaction) -> dict[str, AuditedHeader]:
        """The headers of requests that entries show, by name in lower case."""
        found = {
            name: await txn.read(records.HEADERS + name, AuditedHeader) for name in await txn.list(records.HEADERS)
        }
        return {name: header for name, header in found.items() if header is not None}

    def set_header(self, txn: Transaction, name: str, header: AuditedHeader | None) -> None:
        """Show a header of requests in entries, or, with None, not any more."""
        key = records.HEADERS + name.lower()
        if header is None:
            txn.delete(key)
        else:
            txn.write(key, header)

    def _channel(self, record: AuditRecord) -> Channel:
        make = self.types.get(record.type)
        if make is None:
            raise InvalidRequest(f'unknown backend type: "{record.type}"')
        device = make(record.options, record.id, record.configured)
        channel = Channel(record, device, self._writers.new())
        self.trails[channel.trail.writer] = channel.trail
        return channel

    def request(self, sinks: tuple[Sink, ...], known: Exchange, error: str, now: float) -> None:
        """Write the request entry.  Raises `Internal` when there are devices and none took it."""
        self._each(sinks, known, lambda sink: sink.request(known, error, now))

    def response(self, sinks: tuple[Sink, ...], known: Exchange, outcome: Outcome, now: float) -> None:
        """Write the response entry.  Raises `Internal` when there are devices and none took it."""
        self._each(sinks, known, lambda sink: sink.response(known, outcome, now))

    def _each(self, sinks: tuple[Sink, ...], known: Exchange, write: Callable[[Sink], None]) -> None:
        # Only what was allowed makes room: strangers must not use up the reserve by asking for deletions.
        rescue = known.grant is not None and known.request.operation in MAKING_ROOM
        # Every device gets the entry, whatever became of it at another.
        taken = [self._standing.take(sink.record, partial(write, sink), rescue=rescue) for sink in sinks]
        if sinks and not any(taken):
            raise Internal(REFUSED, detail=_FAILED)

    def taking(self) -> dict[str, bool]:
        """By path, whether each device took the last entry that it was given."""
        return {channel.record.path: id_ not in self._standing.failing for id_, channel in self._channels.items()}

    @property
    def unwritable(self) -> bool:
        """Whether there are devices, and none takes entries, so that no request is answered."""
        return bool(self._standing.failing) and self._standing.failing >= self._channels.keys()

    def retry(self, now: float) -> None:
        """Write a test entry to each device that fails: without requests nobody would learn that it works again.

        Args:
            now: seconds since the epoch.
        """
        self._standing.keep_only({*self._channels})
        for id_ in sorted(self._standing.failing):
            channel = self._channels[id_]
            write = partial(channel.write, test_entry(uuid4(self._random), now))
            self._standing.take(channel.record, write, rescue=False)

    def reopen(self) -> None:
        """Reopen every device, after a log rotation; one that fails is logged, and tried again with each entry."""
        for channel in self._channels.values():
            try:
                channel.reopen()
            except StrongroomError as error:
                log.error("audit device did not reopen", device=channel.record.path, reason=error.text)

    def look(self) -> None:
        """See to every device; called about once a second, off the path of requests."""
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


def _same(record: AuditRecord, stanza: DeviceRequest) -> bool:
    return DeviceRequest(record.path, record.type, record.description, record.options, record.local) == stanza
