"""The server's own log, on standard error and in a file; secrets never reach it."""

from __future__ import annotations

from strongroom.server.logs.log import (
    configure,
    document_without_secrets,
    hide,
    level,
    readers,
    reopen,
    set_level,
    without_secrets,
)
from strongroom.server.logs.loggers import LOGGERS
from strongroom.server.logs.output import LEVELS, LogError
from strongroom.server.logs.rotation import Rotation

__all__ = [
    "LEVELS",
    "LOGGERS",
    "LogError",
    "Rotation",
    "configure",
    "document_without_secrets",
    "hide",
    "level",
    "readers",
    "reopen",
    "set_level",
    "without_secrets",
]
