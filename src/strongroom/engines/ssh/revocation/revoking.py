"""Revokes many certificates: some at once, and the rest in the background."""

from __future__ import annotations

from typing import Final

from strongroom.engines.ssh.revocation import rows
from strongroom.sdk import Request

REVOKE: Final = "revoke/"
"""Scheduled work whose name begins so, and goes on with the folder of an index."""
AT_ONCE: Final = 50
"""Certificates that one commit revokes; etcd takes 128 operations."""
MORE: Final = "there are more certificates, which are being revoked in the background"


async def revoke_all(request: Request, folder: str, after: str = "") -> tuple[int, bool]:
    """Revoke the certificates of a folder of an index, when the request commits or soon after.

    Args:
        after: the entry after which to go on.

    Returns: how many this commit revokes, and whether more follow.
    """
    found = await request.view.list(folder, after=after, limit=AT_ONCE + 1)
    now = found[:AT_ONCE]
    for name in now:
        serial = int(name, 16)
        if await rows.revoked_at(request.view, serial) is None:
            rows.revoke(request.view, serial, request.now)
    more = len(found) > AT_ONCE
    if more:
        await request.schedule(request.now, REVOKE + folder.rstrip("/"), {"after": now[-1]})
    return len(now), more
