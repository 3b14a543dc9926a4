"""The lock of a migration's destination: two migrations never write to one store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import Conflict
from strongroom.storage.base import Fence, Limits, Storage
from strongroom.storage.transfer.migrating import checkpoint
from strongroom.storage.transfer.migrating.refusals import MigrationRefused

ROLE: Final = "migration"
TTL_S: Final = 15.0
"""After this time another process may take over from one that was killed."""
_RENEW_S: Final = TTL_S / 4
_BUSY = (
    "another migration writes to the destination; if it was killed, its lock ends by itself within "
    f"{TTL_S:.0f} seconds, and then this command goes on from where it was"
)


class Hold:
    """The right to write to a destination.

    Args:
        storage: the destination, started.
        holder: names this process.
    """

    def __init__(self, storage: Storage, holder: str) -> None:
        self._storage = storage
        self._holder = holder
        self._fence: Fence | None = None
        self._clock = SystemClock()
        self._renew_at = 0.0

    @property
    def room(self) -> Limits:
        """What a commit can hold beside the lock's row, which it reads, and a checkpoint."""
        limits = self._storage.limits
        return Limits(limits.keys - 2, limits.bytes - checkpoint.ROOM_BYTES, limits.value_bytes)

    async def take(self) -> None:
        """Take the lock, or prolong it.  Raises `MigrationRefused` while another one has it."""
        self._fence = await self._storage.lock(ROLE, self._holder, TTL_S)
        if self._fence is None:
            raise MigrationRefused(_BUSY)
        self._renew_at = self._clock.monotonic() + _RENEW_S

    async def commit(self, rows: Mapping[str, bytes | None]) -> None:
        """Write rows, if the lock is still held.  Raises `MigrationRefused`, and as `Storage.commit`."""
        if self._fence is None or self._clock.monotonic() >= self._renew_at:
            await self.take()
        assert self._fence is not None
        try:
            await self._storage.commit({self._fence.key: self._fence.revision}, rows, {})
        except Conflict as error:
            raise MigrationRefused(_BUSY) from error

    async def release(self) -> None:
        """Let others have it."""
        if self._fence is not None:
            await self._storage.unlock(self._fence)
            self._fence = None
