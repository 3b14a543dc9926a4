"""Stores the last line of each writer, so that missing lines at a log's end, or of a whole writer, are detected.

This runs outside of requests, so lines of the last moments before a process was killed may be unknown here. A head
names a line that the log must contain.  Its MAC covers all lines before it.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import structlog

from strongroom.audit import chain, devices, records
from strongroom.audit.broker import AuditBroker
from strongroom.audit.channel import Trail
from strongroom.audit.records import AuditRecord, Manifest, WriterHead
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StrongroomError
from strongroom.lib.seldom import Seldom

PAUSE_S = 1.0
"""How often to look for new writers."""
_ROUNDS = 10
"""Number of pauses after which the heads of known writers are stored again, if they have new lines."""
_MOST = 4096
"""The most heads of one device.

The oldest are removed.  The number allows years of restarts, and bounds the work of a check.
"""
_ROOM = 256

log = structlog.get_logger("audit")


class Heads:
    """Stores the heads of this process's writers."""

    def __init__(self, barrier: Barrier, broker: AuditBroker, clock: Clock) -> None:
        self._barrier = barrier
        self._broker = broker
        self._clock = clock
        self._told = Seldom()
        self._stored: dict[str, int] = {}
        """The sequence of each writer's head, by its name."""

    async def run_forever(self) -> None:
        """Store new writers at once, and the others every ten seconds, until cancelled."""
        rounds = 0
        while True:
            await asyncio.sleep(PAUSE_S)
            rounds += 1
            try:
                self._broker.look()
                self._broker.retry(self._clock.now())
                await self.store(only_new=rounds % _ROUNDS != 0)
            except StrongroomError as error:
                reason = error.detail or error.text
                if self._told.due(reason):
                    log.warning("the heads of the audit log were not stored", reason=reason)
            except Exception as error:  # a bug of this server must not stop the storing of later heads
                if self._told.due(repr(type(error))):
                    log.error("the heads of the audit log were not stored", fault=repr(type(error)))

    async def store(self, *, only_new: bool = False) -> None:
        """Store the heads that have changed since the last time.

        Args:
            only_new: skip writers that the store knows and that haven't ended.

        Raises: `StorageError` and similar errors; the next call tries again.
        """
        trails = self._broker.trails
        chosen: list[tuple[Trail, chain.ChainLink, bool]] = []
        for trail in list(trails.values()):
            known = self._stored.get(trail.writer, 0)
            if trail.link.sequence == known:
                if trail.over:
                    self._drop(trail)
            elif not (only_new and known and not trail.over):
                chosen.append((trail, trail.link, trail.over))
        if not chosen:
            return
        for device in {trail.device for trail, _, _ in chosen}:
            await self._make_room(device)
        await transact(self._barrier, lambda txn: self._write(txn, [(trail, link) for trail, link, _ in chosen]))
        for trail, link, over in chosen:
            self._stored[trail.writer] = link.sequence
            if over:
                self._drop(trail)

    def _drop(self, trail: Trail) -> None:
        self._broker.trails.pop(trail.writer, None)
        self._stored.pop(trail.writer, None)

    async def _make_room(self, device: str) -> None:
        # In its own transaction, because a commit can't depend on as many rows as this reads.
        oldest = await transact(self._barrier, lambda txn: _too_many(txn, device))
        if oldest:
            await transact(self._barrier, lambda txn: _remove(txn, device, oldest))

    async def _write(self, txn: Transaction, chosen: list[tuple[Trail, chain.ChainLink]]) -> None:
        listed = await txn.read(records.MANIFEST, Manifest)
        if listed is None:
            return  # all requests are refused until that is repaired
        counts: dict[str, int] = {}
        for trail, link in chosen:
            count = counts.get(trail.device, await devices.heads_counted(txn, listed, trail.device))
            if count is None:
                continue  # a device that was tested, but not stored
            key = records.head_key(trail.device, trail.writer)
            head = WriterHead(writer=trail.writer, sequence=link.sequence, mac=link.mac, at=self._clock.now())
            if await txn.read(key, WriterHead) is None:
                count += 1
            counts[trail.device] = count
            txn.write(key, head)
        await devices.count_heads(txn, counts)


async def _too_many(txn: Transaction, device: str) -> list[WriterHead]:
    """The oldest heads of a device, if it has too many; else none."""
    listed = await txn.read(records.MANIFEST, Manifest)
    if listed is None or (await devices.heads_counted(txn, listed, device) or 0) < _MOST:
        return []
    return sorted(await _heads(txn, device), key=lambda head: head.at)[:_ROOM]


async def _remove(txn: Transaction, device: str, oldest: list[WriterHead]) -> None:
    """Remove heads that still exist.  They don't count as lost."""
    listed = await txn.read(records.MANIFEST, Manifest)
    counted = await devices.heads_counted(txn, listed, device) if listed is not None else None
    if counted is None:
        return
    rows = [records.head_key(device, head.writer) for head in oldest]
    gone = [row for row in rows if await txn.read(row, WriterHead) is not None]
    for row in gone:
        txn.delete(row)
    await devices.count_heads(txn, {device: counted - len(gone)})


class Checking(NamedTuple):
    """The data that checks a device's log.  A path may have had several devices."""

    id: str
    former: bool
    """Whether the device was disabled or replaced."""
    prefix: str
    chain_key: bytes
    heads: list[WriterHead]
    lost: int
    """The number of heads that the store has counted but no longer has."""


async def checking(txn: Transaction, path: str) -> list[Checking]:
    """The data that checks the logs of a path: of its present device and of all former ones.

    Args:
        path: ends in `/`.
    """
    names = await txn.list(records.DEVICES)
    present = [await txn.read(records.DEVICES + name, AuditRecord) for name in names]
    listed = await txn.read(records.MANIFEST, Manifest) or Manifest()
    found = [
        (device.id, False, device.options.get("prefix", ""), chain.key_of(device.salt), listed.heads.get(device.id, 0))
        for device in present
        if device is not None and device.path == path
    ]
    former = [old for old in await devices.former(txn) if old.path == path]
    found += [(old.id, True, old.prefix, old.chain_key, old.heads) for old in former]
    out = []
    for id_, is_former, prefix, key, counted in found:
        heads = await _heads(txn, id_)
        out.append(Checking(id_, is_former, prefix, key, heads, max(0, counted - len(heads))))
    return out


async def _heads(txn: Transaction, device: str) -> list[WriterHead]:
    names = await txn.list(f"{records.HEADS}{device}/")
    found = [await txn.read(records.head_key(device, name), WriterHead) for name in names]
    return [head for head in found if head is not None]
