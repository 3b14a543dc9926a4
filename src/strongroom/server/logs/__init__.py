"""The server's own log, on standard error and in a file; secrets never reach it."""

from __future__ import annotations

from strongroom.server.logs.log import configure, level, reopen, set_level
from strongroom.server.logs.output import LEVELS, LogError

__all__ = ["LEVELS", "LogError", "configure", "level", "reopen", "set_level"]
