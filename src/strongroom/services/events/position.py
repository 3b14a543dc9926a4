"""A place in the outbox, and the cursor that names it (pure)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from strongroom.lib.errors import InvalidRequest

_FORM: Final = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{1,16})-([0-9a-f]{1,8})-([0-9a-f]{16})?", re.ASCII)


class Position(NamedTuple):
    """A place between two events."""

    bucket: int
    """No event behind this place is in an earlier bucket."""
    revision: int
    """All events of earlier commits are in front of this place."""
    told: int = 0
    """How many events of that commit are, too."""
    row: str = ""
    """The name of that commit's row in the bucket; empty if no row is at this place."""

    @property
    def cursor(self) -> str:
        """Its form for clients, which mustn't look into it."""
        return f"{self.bucket:x}-{self.revision:x}-{self.told:x}-{self.row}"


def parse_cursor(text: str) -> Position:
    """The place that a cursor names.  Raises `InvalidRequest` if it is none."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise InvalidRequest("this is no cursor: pass one on as an event or a heartbeat had it")
    bucket, revision, count, row = found.groups()
    return Position(int(bucket, 16), int(revision, 16), int(count, 16), row or "")
