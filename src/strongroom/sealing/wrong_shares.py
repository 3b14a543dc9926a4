"""Has the server's log say that somebody gave key shares that are none."""

from __future__ import annotations

import structlog

from strongroom.lib.seldom import Seldom

log = structlog.get_logger("sealing")

_told = Seldom(most=20)
"""Whoever reaches the port may unseal, so that nobody may fill the log with it."""


def note(purpose: str, reason: str) -> None:
    """Log it.

    Args:
        purpose: what the shares were for.
        reason: what is wrong with them; nothing of a share itself.
    """
    if _told.due(purpose):
        log.warning("wrong key shares were given", purpose=purpose, reason=reason)
