"""Points in time, as clients write them (pure)."""

from __future__ import annotations

from datetime import datetime


def parse_instant(text: str) -> float | None:
    """Seconds since the epoch, of a time as RFC 3339 or in seconds since the epoch; None for a text that is neither."""
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return float(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    # The library also reads dates without a time or a zone.
    return found.timestamp() if found.tzinfo is not None and "T" in text.upper() else None
