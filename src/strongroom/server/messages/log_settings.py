"""Where and how a process logs, as others tell it (values only)."""

from __future__ import annotations

import msgspec


class LogSettings(msgspec.Struct, frozen=True):
    """Where and how a process logs."""

    level: str
    format: str
    file: str
