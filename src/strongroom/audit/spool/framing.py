"""The format of entries in a spool: each is between a record separator and a newline (pure).

If a full disk or the end of a writer cuts an entry, its newline is missing.  The next entry is found by its separator.

Source: RFC 7464, section 2
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

SEPARATOR = b"\x1e"
"""Occurs in no entry, because JSON escapes control characters."""


class SpoolRecord(NamedTuple):
    """One entry of a spool."""

    line: bytes
    """The entry with its newline; empty if it was cut."""
    end: int
    """The offset of the next entry in the data, in bytes."""


def framed(line: bytes) -> bytes:
    """A line, which ends in a newline, in the spool's format."""
    return SEPARATOR + line


def records(data: bytes) -> Iterator[SpoolRecord]:
    """The complete entries, in order.  A last entry without its newline may still be in writing.

    Args:
        data: begins at the start of an entry.
    """
    start = 0
    while start < len(data):
        following = data.find(SEPARATOR, start + 1)
        end = following if following >= 0 else len(data)
        if data.startswith(SEPARATOR, start) and data.endswith(b"\n", start, end):
            yield SpoolRecord(data[start + 1 : end], end)
        elif following < 0:
            return
        else:
            yield SpoolRecord(b"", end)
        start = end
