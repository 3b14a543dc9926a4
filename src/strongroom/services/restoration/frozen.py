"""Whether the store is frozen: it was restored from a snapshot, and nobody has said go yet.

Until then nothing is done to other systems: leases don't end, nothing is rotated, no webhook is posted.  What the store
says of them is of another time, and whoever restores may only want to look.
"""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.restored import Restored, decoded, encoded
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest


async def read(txn: Transaction) -> Restored | None:
    """What the store says of its last restore; None if there was none.  Raises `Tampered` if it can't be read."""
    row = await txn.read_plain(keys.RESTORED)
    return decoded(row) if row is not None else None


async def is_frozen(txn: Transaction) -> bool:
    """Whether the store is frozen."""
    restored = await read(txn)
    return restored is not None and restored.frozen


async def require_thawed(txn: Transaction, what: str) -> None:
    """Raise `InvalidRequest` while the store is frozen.

    Args:
        what: is refused, such as `revoking leases`.
    """
    if await is_frozen(txn):
        raise InvalidRequest(
            f"the store was restored from a snapshot and is frozen: {what} waits until an operator says go "
            "(strongroom operator restore go)"
        )


async def rests(txn: Transaction) -> bool:
    """Whether the store is frozen by a restore, and not by a promotion.

    Then it may be a copy of one that is in use elsewhere, and must not speak to other regions in its name.
    """
    restored = await read(txn)
    return restored is not None and restored.frozen and bool(restored.commit)


async def freezes(barrier: Barrier) -> bool:
    """Whether the store is frozen, for roles: asked after they were taken, and before they do anything."""
    await barrier.sync()
    return await transact(barrier, is_frozen)


def freeze(txn: Transaction, now: float, taken_at: float) -> None:
    """Freeze the store, as after a restore.

    Args:
        now: seconds since the epoch.
        taken_at: the time that the store is of.
    """
    txn.write_plain(keys.RESTORED, encoded(Restored(at=now, frozen=True, taken_at=taken_at)))


async def thaw(txn: Transaction, now: float) -> bool:
    """End the freeze.  Returns whether there was one."""
    restored = await read(txn)
    if restored is None or not restored.frozen:
        return False
    txn.write_plain(keys.RESTORED, encoded(msgspec.structs.replace(restored, frozen=False, thawed_at=now)))
    return True
