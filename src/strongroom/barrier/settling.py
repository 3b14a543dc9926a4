"""The outcome of a commit whose response was lost."""

from __future__ import annotations

import asyncio

from strongroom.lib.errors import CommitUnknown, StorageError, Unavailable
from strongroom.storage.base import Storage

_SETTLE_ATTEMPTS = 20
_SETTLE_S = 10.0
"""How long the store is asked for the outcome of a commit.  The request has waited before that already."""
_SETTLE_PAUSE_S = 0.25


async def settled(storage: Storage, unknown: CommitUnknown) -> bool:
    """Whether a commit took place whose response was lost.  Raises `Unavailable` if the store still doesn't respond."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _SETTLE_S
    for _ in range(_SETTLE_ATTEMPTS):
        left_s = until - loop.time()
        if left_s <= 0:
            break
        try:
            # Under the exclusive lock nobody else commits, so that commit can't arrive late either.
            async with storage.exclusive(left_s):
                return await storage.committed(unknown.revision_id)
        except StorageError:
            await asyncio.sleep(_SETTLE_PAUSE_S)
    raise Unavailable("the store does not answer; whether the request took effect is unknown") from unknown
