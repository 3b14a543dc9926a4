"""Clears certificates that have expired.

There is one piece of scheduled work for a mount, however many certificates it has: it follows the index by time.
"""

from __future__ import annotations

from typing import Final

from strongroom.engines.ssh.certificates import rows
from strongroom.engines.ssh.certificates.records import Clearing
from strongroom.engines.ssh.revocation import rows as revocation_rows
from strongroom.sdk import Request

CLEAR: Final = "clear-certificates"
"""Scheduled work of this name."""
AT_ONCE: Final = 20
"""Certificates that one commit removes, with five rows each; etcd takes 128 operations."""
KEPT_S: Final = 3600
"""How long a certificate is kept after its end, and stays in the list if it was revoked: clocks of hosts differ."""
_PAUSE_S: Final = 60
"""Between two looks at the index, so that certificates of a minute don't cost a commit each."""
_LONGEST_PAUSE_S: Final = 3600
"""A certificate that is signed meanwhile may end long before those that are there."""
_MARK = "clearing"


async def plan(request: Request, valid_before: int) -> None:
    """Schedule the clearing, if it isn't yet.  Called with every certificate that is signed."""
    if await request.view.read(_MARK, Clearing) is None:
        request.view.write(_MARK, Clearing())
        await request.schedule(_next(request.now, valid_before), CLEAR)


async def clear(request: Request) -> None:
    """Remove some certificates that have expired, and schedule the next time."""
    view, left = request.view, AT_ONCE
    for time in await view.list(rows.EXPIRY, limit=AT_ONCE):
        at = int(time.rstrip("/"), 16)
        if at + KEPT_S > request.now:
            await request.schedule(_next(request.now, at), CLEAR)
            return
        for name in await view.list(rows.EXPIRY + time, limit=left):
            await _remove(request, int(name, 16))
            left -= 1
        if left == 0:
            await request.schedule(request.now, CLEAR)
            return
    if left == AT_ONCE:
        view.delete(_MARK)  # there was nothing at all: the next certificate schedules the clearing again
    else:
        await request.schedule(request.now, CLEAR)


def _next(now: float, valid_before: int) -> float:
    """When to look again, if the first certificate ends at `valid_before`."""
    return min(max(valid_before + KEPT_S, now + _PAUSE_S), now + _LONGEST_PAUSE_S)


async def _remove(request: Request, serial: int) -> None:
    record = await rows.certificate_of(request.view, serial)
    if record is not None:
        rows.remove(request.view, serial, record)
    revocation_rows.forget(request.view, serial)
