"""Times as answers show them (p).  Source: RFC 3339; Go's `time.RFC3339Nano`"""

from __future__ import annotations

from datetime import UTC, datetime


def rfc3339(at: float) -> str:
    """A time in UTC, without trailing zeros; empty for 0."""
    if not at:
        return ""
    text = datetime.fromtimestamp(at, UTC).isoformat()[:-6]
    return (text.rstrip("0") if "." in text else text) + "Z"
