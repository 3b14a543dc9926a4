"""A place in a text."""

from __future__ import annotations

from typing import NamedTuple


class Position(NamedTuple):
    """A place in a text; the first character is line 1, column 1.  Columns count characters, not bytes."""

    line: int
    column: int
