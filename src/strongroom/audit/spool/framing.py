"""How entries stand in a spool: each between a record separator and a newline (p).

An entry that was cut short, by a full disk or the end of its writer, is told by the missing newline, and the next one
begins at its separator all the same.

Source: RFC 7464, section 2
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

SEPARATOR = b"\x1e"
"""Stands in no entry: JSON escapes control characters."""


class Record(NamedTuple):
    """One stretch of a spool."""

    line: bytes
    """The entry with its newline; empty where one was cut short."""
    end: int
    """Where the next one begins, in bytes from the beginning of what was looked at."""


def framed(line: bytes) -> bytes:
    """A line, which ends in a newline, as it goes into the spool."""
    return SEPARATOR + line


def records(data: bytes) -> Iterator[Record]:
    """What is complete, in order; a last entry without its newline may still be being written.

    Args:
        data: begins where a record begins.
    """
    start = 0
    while start < len(data):
        following = data.find(SEPARATOR, start + 1)
        end = following if following >= 0 else len(data)
        if data.startswith(SEPARATOR, start) and data.endswith(b"\n", start, end):
            yield Record(data[start + 1 : end], end)
        elif following < 0:
            return
        else:
            yield Record(b"", end)
        start = end
