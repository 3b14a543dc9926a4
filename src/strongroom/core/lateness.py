"""Says in the log when a class of work is late."""

from __future__ import annotations

import structlog

from strongroom.barrier.due import BY_MOUNT
from strongroom.services.due import backlogs
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("expiry")

LATE_S = 60.0
"""Longer than a revocation may take, so that one slow answer of another system is no alarm."""
_AGAIN_S = 300.0


class LatenessWatch:
    """Warns of each class that is late, and not again for a while."""

    def __init__(self, services: Services) -> None:
        self._storage = services.barrier.storage
        self._warned: dict[str, float] = {}

    async def run_once(self, fence: Fence, now: float) -> int:
        """Look once; always 0, since nothing is done."""
        for backlog in await backlogs(self._storage, now):
            kind = backlog.kind
            if backlog.late_s <= LATE_S or now < self._warned.get(kind, -_AGAIN_S) + _AGAIN_S:
                continue
            self._warned[kind] = now
            where = {"mount_id": backlog.group} if kind in BY_MOUNT else {}
            late_s = round(backlog.late_s, 1)
            log.warning("what is due ends late", work=kind, late_s=late_s, waiting=backlog.waiting, **where)
        return 0
