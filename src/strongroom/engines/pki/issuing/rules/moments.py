"""Times as the API writes them: RFC 3339 (p)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from strongroom.crypto.issuing.certificates import LATEST
from strongroom.lib.errors import InvalidRequest

CENTURY_S: Final = 100 * 365 * 86_400
"""The longest time that settings may name: one that ends after the year 9999 can't be written."""
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


def shown(at: float) -> str:
    """A time as a text, in whole seconds."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exactly(at: float) -> str:
    """A time as a text, with what there is of a second; empty for 0.  Source: Go's `time.RFC3339Nano`"""
    if not at:
        return ""
    text = datetime.fromtimestamp(at, UTC).isoformat()[:-6]
    return (text.rstrip("0") if "." in text else text) + "Z"


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
