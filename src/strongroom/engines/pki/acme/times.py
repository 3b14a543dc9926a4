"""Times as clients of ACME write them (pure).  Source: RFC 3339"""

from __future__ import annotations

from datetime import datetime

from strongroom.crypto.issuing.certificates import LATEST
from strongroom.engines.pki.acme.problems import malformed


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
