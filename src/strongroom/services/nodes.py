"""The nodes that use the store.  Each unsealed node writes its row periodically."""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.outbox import Event
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction

EVERY_S = 10.0
"""How often a node writes its row."""
GONE_AFTER_S = 3 * EVERY_S
"""A node that has been silent for this time is stopped, sealed or cut off from the store."""

REST_S: Final = 10.0
"""For how long a node that steps down takes no role.  Others look for free roles every two seconds."""

_PATH: Final = "sys/ha-status"
"""What a reader of events about nodes has to have rights on."""


class NodeRecord(Record, frozen=True, tag="node"):
    """A node, as the others know it."""

    hostname: str
    version: str
    seen_at: float
    """When it wrote this, in seconds since the epoch by the store's clock."""
    api_address: str = ""
    cluster_address: str = ""
    sealed: bool = False
    """Whether a request has sealed it since."""
    rests_until: float = 0.0
    """Until when it takes no role, by the store's clock, because an operator wants others to have them."""


async def note(txn: Transaction, node: str, record: NodeRecord) -> None:
    """Write a node's row, unless another of its processes has just done so.  Delete the rows of nodes that are gone.

    Args:
        node: its name among the nodes, the same for all its processes.
    """
    before = await txn.read(keys.NODES + node, NodeRecord)
    if before is not None and abs(record.seen_at - before.seen_at) < EVERY_S / 2:
        return
    rests_until = before.rests_until if before is not None else 0.0
    txn.write(keys.NODES + node, msgspec.structs.replace(record, rests_until=rests_until))
    if before is None or before.sealed or _gone(before, record.seen_at):
        txn.emit(_told("seal/unseal", node, record.seen_at))
    for other in await txn.list(keys.NODES):
        known = await txn.read(keys.NODES + other, NodeRecord)
        if other != node and known is not None and _gone(known, record.seen_at):
            txn.delete(keys.NODES + other)
            if not known.sealed:
                txn.emit(_told("node/gone", other, record.seen_at))


async def step_down(txn: Transaction, node: str, hostname: str, version: str, now: float) -> None:
    """Have a node give up its roles, and take none for a while.

    Args:
        node: its name among the nodes.  hostname, version: of the node, if it has no row yet.
        now: seconds since the epoch by the store's clock.
    """
    record = await txn.read(keys.NODES + node, NodeRecord)
    if record is None:
        record = NodeRecord(hostname=hostname, version=version, seen_at=now)
    txn.write(keys.NODES + node, msgspec.structs.replace(record, rests_until=now + REST_S))


async def rests(txn: Transaction, node: str, now: float) -> bool:
    """Whether a node is to have no role now."""
    record = await txn.read(keys.NODES + node, NodeRecord)
    # A clock that was ahead, and was set back since, mustn't keep a node from its work.
    return record is not None and now < record.rests_until <= now + REST_S


async def note_sealing(txn: Transaction, node: str, now: float) -> None:
    """Let the other nodes, and who follows events, know that a node is about to be sealed.

    Args:
        now: seconds since the epoch by the store's clock.
    """
    record = await txn.read(keys.NODES + node, NodeRecord)
    if record is not None:
        txn.write(keys.NODES + node, msgspec.structs.replace(record, sealed=True, seen_at=now))
    txn.emit(_told("seal/seal", node, now))


def _told(type_: str, node: str, now: float) -> Event:
    metadata = {"modified": "true", "operation": type_.rpartition("/")[2], "path": _PATH, "node": node}
    return Event(type=type_, at=now, namespace=keys.ROOT_NAMESPACE, path=_PATH, metadata=metadata)


async def present(txn: Transaction, now: float) -> dict[str, NodeRecord]:
    """The nodes that have written their row lately, by their name."""
    found = {name: await txn.read(keys.NODES + name, NodeRecord) for name in await txn.list(keys.NODES)}
    return {
        name: record
        for name, record in found.items()
        if record is not None and not record.sealed and not _gone(record, now)
    }


def _gone(record: NodeRecord, now: float) -> bool:
    return record.seen_at < now - GONE_AFTER_S
