"""Removes the rows of issuers that were deleted all at once."""

from __future__ import annotations

from strongroom.engines.ssh.issuers import rows
from strongroom.sdk import Request, replace

CLEAR = "clear-issuers"
"""Scheduled work of this name, with the last era that ended."""
AT_ONCE = 50
"""Rows that one commit removes; etcd takes 128 operations."""


async def delete_all(request: Request) -> int:
    """Delete all issuers of the mount, when the request commits.  Returns how many there were."""
    config = await rows.config_of(request.view)
    count = len(await request.view.list(rows.folder(config.era)))
    if count:
        rows.keep_config(request.view, replace(config, default="", era=config.era + 1))
        await request.schedule(request.now, CLEAR, {"through": config.era})
    return count


async def clear(request: Request, through: int) -> None:
    """Remove some rows of the eras that have ended, and schedule the rest."""
    left = AT_ONCE
    for prefix in ("issuer/", "issuer-name/"):
        for era in await request.view.list(prefix):
            if int(era.rstrip("/")) > through:
                continue
            for name in await request.view.list(prefix + era, limit=left):
                request.view.delete(prefix + era + name)
                left -= 1
            if left == 0:
                await request.schedule(request.now, CLEAR, {"through": through})
                return
