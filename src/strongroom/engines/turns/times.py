"""How times are shown (p)."""

from __future__ import annotations

from datetime import UTC, datetime


def timestamp(at: float) -> str:
    """RFC 3339 in UTC, in whole seconds; empty for 0.

    Args:
        at: seconds since the epoch.
    """
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
