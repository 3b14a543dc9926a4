"""Logs a warning when a class of work is late."""

from __future__ import annotations

import structlog

from strongroom.barrier.due import BY_MOUNT, mount_of
from strongroom.services.due import backlogs
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("expiry")

LATE_S = 60.0
"""Longer than one revocation may take, so that one slow response of another system causes no alarm."""
_AGAIN_S = 300.0


class LatenessWatch:
    """Logs one warning for each class that is late, and repeats it only after a while."""

    def __init__(self, services: Services) -> None:
        self._storage = services.barrier.storage
        self._warned: dict[str, float] = {}

    async def run_once(self, fence: Fence, now: float) -> int:
        """Check once.  Always returns 0, because a check ends nothing."""
        for backlog in await backlogs(self._storage, now):
            kind = backlog.kind
            if backlog.late_s <= LATE_S or now < self._warned.get(kind, -_AGAIN_S) + _AGAIN_S:
                continue
            self._warned[kind] = now
            where = {"mount_id": mount_of(backlog.group)} if kind in BY_MOUNT else {}
            late_s = round(backlog.late_s, 1)
            log.warning("what is due ends late", work=kind, late_s=late_s, waiting=backlog.waiting, **where)
        return 0
