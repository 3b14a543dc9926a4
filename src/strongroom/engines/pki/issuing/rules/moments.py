"""Times as the API writes them: RFC 3339 (p)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from strongroom.lib.errors import InvalidRequest

LATEST: Final = 253402300799
"""9999-12-31T23:59:59Z, the last time that certificates can say."""
_FORM: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII | re.IGNORECASE
)


def is_moment(text: str) -> bool:
    """Whether a text is a time in RFC 3339."""
    return _seconds(text) is not None


def moment(field: str, text: str) -> int:
    """Seconds since the epoch; parts of a second are dropped.  Raises `InvalidRequest` that names the field."""
    found = _seconds(text)
    if found is None:
        raise InvalidRequest(
            f'parsing time "{text[:64]}" as "2006-01-02T15:04:05Z07:00": {field} is a time in RFC 3339, '
            "such as 2030-01-31T12:00:00Z"
        )
    return found


def shown(seconds: int) -> str:
    """A time as a text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(text: str) -> int | None:
    if len(text) > 64 or _FORM.fullmatch(text) is None:
        return None
    try:
        found = datetime.fromisoformat(text.upper().replace(",", "."))
    except ValueError:
        return None
    seconds = int(found.timestamp() // 1)
    # The end of the year 9999, in another zone, is none that can be written.
    return seconds if seconds <= LATEST else None
