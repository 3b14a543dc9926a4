"""Replacing the encryption key: by request, and by itself when its time has come.

Source: https://developer.hashicorp.com/vault/api-docs/system/rotate-config
"""

from __future__ import annotations

from strongroom.barrier import keyring, keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import Internal
from strongroom.sysapi.services import Services

MAX_OPERATIONS = 3_865_470_566

_SETTING = keys.SETTINGS + "rotation"


class RotationRecord(Record, frozen=True, tag="rotation"):
    """When the encryption key is to be replaced."""

    enabled: bool = True
    interval_s: int = 0
    """0 for never by time."""
    max_operations: int = MAX_OPERATIONS
    """Stored for clients only.

    Every process encrypts under its own key, derived from the encryption key, and takes a new one long before this
    number of rows.  So nothing must be counted across processes.
    """


async def read(txn: Transaction) -> RotationRecord:
    """The setting in force."""
    return await txn.read(_SETTING, RotationRecord) or RotationRecord()


def write(txn: Transaction, record: RotationRecord) -> None:
    """Replace the setting."""
    txn.write(_SETTING, record)


async def rotate(services: Services, txn: Transaction, now: float) -> None:
    """Creates a new encryption key. New writes use it.

    Args:
        now: seconds since the epoch.
    """
    row = await txn.read_plain(keys.KEYRING)
    if row is None:
        raise Internal("the store holds no keyring")
    # Not the one in use, which may be older than the row: what this writes would undo what came between.
    present = await services.barrier.keyring_in(row)
    # By its term: when another rotation came first, this one begins from what that has made.
    rotated = txn.once(f"keyring after {present.active}", lambda: keyring.rotate(present, services.random, now))
    txn.write_plain(keys.KEYRING, services.barrier.root.seal(rotated))


async def is_due(services: Services, txn: Transaction, now: float) -> bool:
    """Whether the encryption key is as old as the setting allows."""
    setting = await read(txn)
    present = services.barrier.keyring
    installed_at = present.terms[present.active].installed_at
    return setting.enabled and setting.interval_s > 0 and now >= installed_at + setting.interval_s
