"""Which devices take entries, and what is given up for those whose disk is full."""

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
"""Deletions and revocations come by these; what creates is refused by a full store, and reading leaves only entries."""


class Standing:
    """How each device of this process took its last entry.

    Args:
        reserve: what the store gives up for a device on its own file system.
    """

    def __init__(self, reserve: Reserve | None) -> None:
        self._reserve = reserve
        self.failing: set[str] = set()
        """Ids of the devices that didn't take it."""
        self._full: set[str] = set()
        """Ids of those for which a part of the reserve was given up."""

    def take(self, record: AuditRecord, write: Callable[[], None], *, rescue: bool) -> bool:
        """Write an entry to a device; whether it was taken.  What changes is logged, once.

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

    def _write(self, id_: str, write: Callable[[], None], *, rescue: bool) -> None:
        """Write, on a full disk with parts of the reserve as long as there are any.

        The rest of it is for requests that may make room: the entries of others would use it up.
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
