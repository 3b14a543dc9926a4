"""Writes, finds and removes denials."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.services.denials.records import DenialRecord, DenialSlot

KEPT_S = 900
"""How long a denial can be asked for."""
_AT_ONCE = 2
"""Slots that one commit removes."""


def key_of(namespace: str, id_: str) -> str:
    """The key of a denial, in the area of its namespace: its keyring is the namespace's."""
    return keys.denials(namespace) + id_


def write(txn: Transaction, denials: list[DenialRecord], slot: str, now: float) -> None:
    """Write denials, and the slot that they will go with.

    Args:
        slot: ends the slot's name, so that those of several processes differ. now: seconds since the epoch.
    """
    for denial in denials:
        txn.write(key_of(denial.namespace, denial.id), denial)
    rows = tuple((denial.namespace, denial.id) for denial in denials)
    txn.write(f"{keys.DENIAL_SLOTS}{int(now * 1000):015}-{slot}", DenialSlot(rows=rows))


async def find(txn: Transaction, namespace: str, id_: str, now: float) -> DenialRecord | None:
    """The denial of a request, if it is kept still."""
    denial = await txn.read(key_of(namespace, id_), DenialRecord)
    return denial if denial is not None and denial.at > now - KEPT_S else None


async def prune(txn: Transaction, now: float) -> bool:
    """Remove some of the denials that are older than they are kept.  Returns whether any are left."""
    names = await txn.list(keys.DENIAL_SLOTS, limit=_AT_ONCE)
    for name in names:
        if int(name.partition("-")[0]) > (now - KEPT_S) * 1000:
            return True
        slot = await txn.read(keys.DENIAL_SLOTS + name, DenialSlot)
        for namespace, id_ in slot.rows if slot is not None else ():
            txn.clear(key_of(namespace, id_))
        txn.delete(keys.DENIAL_SLOTS + name)
    return bool(names)
