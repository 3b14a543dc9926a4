"""Empties the destination of an unfinished migration."""

from __future__ import annotations

from typing import Final

from strongroom.storage.base import Storage
from strongroom.storage.operations import ROLE_PREFIX
from strongroom.storage.transfer.loading import parts
from strongroom.storage.transfer.migrating import checkpoint
from strongroom.storage.transfer.migrating.holding import Hold
from strongroom.storage.transfer.migrating.progress import Progress

_KEYS: Final = 512


async def reset(storage: Storage, holder: str, told: Progress) -> int:
    """Remove what an unfinished migration has written to its destination, so that the next one begins anew.

    Args:
        storage: the destination, started.
        holder: names this process among those that may want the same.

    Returns: the number of removed rows; 0 if there is no unfinished migration, and then nothing was touched.
    Raises: `MigrationRefused` while another process migrates, `StorageError`.
    """
    if await checkpoint.read(storage) is None:
        return 0
    hold = Hold(storage, holder)
    await hold.take()
    removed = 0
    try:
        after = ""
        while names := (await storage.scan("", after, _KEYS)).names:
            rows: dict[str, bytes | None] = {
                name: None for name in names if not name.startswith(ROLE_PREFIX) and name != checkpoint.KEY
            }
            for part in parts(rows, hold.room):
                await hold.commit(part)
                removed += len(part)
            told("Removing", removed, 0)
            after = names[-1]
        # The mark goes last: until then the rows are known to be of a migration.
        await hold.commit({checkpoint.KEY: None})
    finally:
        await hold.release()
    return removed
