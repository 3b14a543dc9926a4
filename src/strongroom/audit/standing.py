"""Which devices take entries, and the disk reserve that is freed for those whose disk is full."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from strongroom.audit.full import DeviceFullError
from strongroom.audit.records import AuditRecord
from strongroom.lib.errors import StrongroomError, Unavailable
from strongroom.sdk.request import Operation
from strongroom.storage.base import Reserve

log = structlog.get_logger("audit")

MAKING_ROOM = frozenset({Operation.DELETE, Operation.UPDATE, Operation.PATCH})
"""Deletions and revocations use these operations.  A full store refuses creation anyway, and reads only add entries."""


class Standing:
    """Whether each device of this process took its last entry.

    Args:
        reserve: disk space that the store frees for a device on the same file system.
    """

    def __init__(self, reserve: Reserve | None) -> None:
        self._reserve = reserve
        self.failing: set[str] = set()
        """Ids of the devices that didn't take their last entry."""
        self._full: set[str] = set()
        """Ids of the devices for which a part of the reserve was freed."""

    def take(self, record: AuditRecord, write: Callable[[], object], *, rescue: bool) -> bool:
        """Write an entry to a device.  Returns whether the device took it.  A change is logged, once.

        Args:
            rescue: whether the request may make room, and was allowed.
        """
        try:
            self._write(record.id, write, rescue=rescue)
        except StrongroomError as error:
            if record.id not in self.failing:
                self.failing.add(record.id)
                log.error("audit device failed", device=record.path, reason=error.detail or error.text)
            return False
        if record.id in self.failing:
            self.failing.discard(record.id)
            log.warning("audit device takes entries again", device=record.path)
        return True

    def _write(self, id_: str, write: Callable[[], object], *, rescue: bool) -> None:
        """Write an entry.  If the disk is full, free parts of the reserve as long as there are any.

        The last parts are only for requests that may free space.  The entries of other requests would use them up.
        """
        reserve = self._reserve
        if reserve is not None and not rescue and id_ in self._full and not reserve.spares():
            raise Unavailable("the disk is full", detail="the rest of the reserve is for what may make room")
        while True:
            try:
                write()
            except DeviceFullError as full:
                if reserve is None or not reserve.share(full.file_system, rescue=rescue):
                    raise
                self._full.add(id_)
            else:
                return

    def keep_only(self, ids: set[str]) -> None:
        """Forget all other devices."""
        self.failing &= ids
        self._full &= ids
