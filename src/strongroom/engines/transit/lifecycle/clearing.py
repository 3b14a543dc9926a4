"""Removes the rows of versions that nothing reaches any more: of deleted keys, and trimmed ones.

A key may have thousands of versions, and a commit holds few rows in some stores.  So a few are removed at once, and
the rest by scheduled work.  Numbers and ids are never used again: what was unreachable once stays so.
"""

from __future__ import annotations

from strongroom.engines.transit.keys import rows
from strongroom.sdk import Request

CLEAR = "clear/"
"""Scheduled work of this name, with the key's id."""
AT_ONCE = 50
"""Rows that one commit removes; etcd takes 128 operations."""


async def clear(request: Request, key_id: str, below: int) -> None:
    """Remove the versions of a key that have lower numbers than `below`, when the request commits or soon after."""
    folder = rows.versions_of(key_id)
    found = await request.view.list(folder, limit=AT_ONCE + 1)
    gone = [number for number in found if int(number) < below]
    for number in gone[:AT_ONCE]:
        request.view.delete(folder + number)
    if len(gone) > AT_ONCE:
        await request.schedule(request.now, CLEAR + key_id, {"below": below})
