"""What the end of a freeze would set off: the rows of the due index, counted by kind and mount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from strongroom.barrier.due import BY_MOUNT, KINDS, mount_of
from strongroom.services.due import due_rows, groups
from strongroom.storage.base import Storage

MOST: Final = 10_000
"""Rows of a group that are counted.  More are shown as this many."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The rows of a group that are due by a time."""

    kind: str
    mount: str
    """The id of their mount; empty for a kind that isn't of a mount."""
    count: int
    first_at: float
    """When the oldest was due, in seconds since the epoch."""

    @property
    def place(self) -> str:
        """What its page is found by."""
        return f"{self.kind}/{self.mount}"


async def waiting(storage: Storage, until: float, after: str = "", limit: int = 100) -> list[Waiting]:
    """What would be done at once, ordered by kind and mount.

    Args:
        until: seconds since the epoch.
        after: the `place` of the last one that is known already.
        limit: the most of them.
    """
    found: list[Waiting] = []
    for kind in sorted(KINDS):
        by_mount: dict[str, list[str]] = {}
        for group in await groups(storage, kind):
            by_mount.setdefault(mount_of(group) if kind in BY_MOUNT else "", []).append(group)
        for mount, names in sorted(by_mount.items()):
            if f"{kind}/{mount}" <= after:
                continue
            rows = [row for group in names for row in await due_rows(storage, kind, until, MOST, group)]
            if rows:
                first_ms = min(row.at_ms for row in rows)
                found.append(Waiting(kind, mount, min(len(rows), MOST), first_ms / 1000))
            if len(found) >= limit:
                return found
    return found
