"""Logs that a client gave wrong key shares."""

from __future__ import annotations

import structlog

from strongroom.lib.seldom import Seldom

log = structlog.get_logger("sealing")

_told = Seldom(most=20)
"""Every client may submit shares, so the number of log lines is bounded."""


def note(purpose: str, reason: str) -> None:
    """Log wrong key shares.

    Args:
        purpose: the purpose of the shares. reason: what is wrong with them.  It must not quote a share.
    """
    if _told.due(purpose):
        log.warning("wrong key shares were given", purpose=purpose, reason=reason)
