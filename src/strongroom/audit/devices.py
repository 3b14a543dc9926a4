"""The rows of audit devices, and the list that they are checked against."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec
import structlog

from strongroom.audit import chain, records
from strongroom.audit.records import AuditRecord, FormerDevice, Manifest
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import Internal

ALL = "*"
"""Stands for every device, in the setting that removes devices."""

log = structlog.get_logger("audit")


class DeviceRequest(NamedTuple):
    """A request for a device."""

    path: str
    """Ends in `/`."""
    type: str
    description: str
    options: dict[str, str]
    local: bool


async def add(txn: Transaction, record: AuditRecord) -> None:
    """Store a device, and put it on the list."""
    listed = await _manifest(txn)
    txn.write(records.DEVICES + record.id, record)
    txn.write(records.MANIFEST, msgspec.structs.replace(listed, devices={**listed.devices, record.id: record.path}))


async def retire(txn: Transaction, record: AuditRecord) -> None:
    """Remove a device, but keep the data that checks its log."""
    listed = await _manifest(txn)
    rest = {id_: path for id_, path in listed.devices.items() if id_ != record.id}
    heads = {id_: count for id_, count in listed.heads.items() if id_ != record.id}
    txn.delete(records.DEVICES + record.id)
    txn.write(records.MANIFEST, msgspec.structs.replace(listed, devices=rest, heads=heads))
    txn.write(
        records.FORMER + record.id,
        FormerDevice(
            id=record.id,
            path=record.path,
            prefix=record.options.get("prefix", ""),
            chain_key=chain.key_of(record.salt),
            heads=listed.heads.get(record.id, 0),
        ),
    )


async def forget(txn: Transaction, paths: Collection[str]) -> None:
    """Remove devices from the list whose rows are gone.

    Args:
        paths: of the devices; `*` for all of them, and if the list itself is gone.
    """
    listed = await txn.read(records.MANIFEST, Manifest)
    if listed is None:
        if ALL in paths:
            log.warning("the list of audit devices is begun anew: the configuration says so")
            txn.write(records.MANIFEST, Manifest())
        return
    present = await txn.list(records.DEVICES)
    lost = {
        id_: path for id_, path in listed.devices.items() if id_ not in present and not {path, ALL}.isdisjoint(paths)
    }
    if lost:
        log.warning("audit devices are given up: the configuration says so", devices=sorted(lost.values()))
        rest = {id_: path for id_, path in listed.devices.items() if id_ not in lost}
        txn.write(records.MANIFEST, msgspec.structs.replace(listed, devices=rest))


async def former(txn: Transaction) -> list[FormerDevice]:
    """The devices that were disabled."""
    found = [await txn.read(records.FORMER + name, FormerDevice) for name in await txn.list(records.FORMER)]
    return [device for device in found if device is not None]


async def count_heads(txn: Transaction, counts: Mapping[str, int]) -> None:
    """Store the number of heads of each device, in the list or in the record of the former device.

    Args:
        counts: by the ids of the devices.  Devices that were never stored are left out.
    """
    listed = await txn.read(records.MANIFEST, Manifest) or Manifest()
    present = {id_: count for id_, count in counts.items() if id_ in listed.devices}
    if present.items() - listed.heads.items():
        txn.write(records.MANIFEST, msgspec.structs.replace(listed, heads={**listed.heads, **present}))
    for id_ in counts.keys() - present.keys():
        former = await txn.read(records.FORMER + id_, FormerDevice)
        if former is not None and former.heads != counts[id_]:
            txn.write(records.FORMER + id_, msgspec.structs.replace(former, heads=counts[id_]))


async def heads_counted(txn: Transaction, listed: Manifest, device: str) -> int | None:
    """The number of heads of a device; None if there never was such a device."""
    if device in listed.devices:
        return listed.heads.get(device, 0)
    former = await txn.read(records.FORMER + device, FormerDevice)
    return None if former is None else former.heads


async def begin_list(txn: Transaction) -> None:
    """Make the list of a store that has none yet, from the devices that it has."""
    names = await txn.list(records.DEVICES)
    found = [await txn.read(records.DEVICES + name, AuditRecord) for name in names]
    txn.write(records.MANIFEST, Manifest(devices={device.id: device.path for device in found if device is not None}))


async def _manifest(txn: Transaction) -> Manifest:
    listed = await txn.read(records.MANIFEST, Manifest)
    if listed is None:  # an empty list would hide a missing device
        raise Internal("the list of audit devices is missing from the store")
    return listed
