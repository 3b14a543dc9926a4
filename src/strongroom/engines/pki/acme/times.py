"""Times as ACME writes them (pure).  Source: RFC 3339"""

from __future__ import annotations

from datetime import UTC, datetime

from strongroom.engines.pki.acme.problems import malformed
from strongroom.engines.pki.issuing.rules.moments import LATEST


def rfc3339(at: float) -> str:
    """Seconds since the epoch as a text."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(value: object, name: str) -> float:
    """Seconds since the epoch of a text.  Raises `Problem` that names the member."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    # The end of the year 9999, in another zone, is none that can be written.
    if found is None or found.tzinfo is None or found.timestamp() > LATEST:
        raise malformed(f'"{name}" must be a time as in 2030-01-31T12:00:00Z')
    return found.timestamp()
