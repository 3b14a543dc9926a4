"""Reads what is due from the due index.  `barrier/due.py` describes its rows."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from strongroom.barrier import keys
from strongroom.barrier.due import ALONE, BY_MOUNT, KINDS, folder, milliseconds
from strongroom.storage.base import Storage

COUNTED = 1000
"""The most rows of a kind that are counted.  A longer queue is shown with this length."""


class Due(NamedTuple):
    """A row whose time has come."""

    row: str
    """Its key in the store."""
    at_ms: int
    """Milliseconds since the epoch."""
    id: str


class Overdue(NamedTuple):
    """The rows of one kind that should have ended by now."""

    kind: str
    late_s: float
    """Seconds since the oldest row was due; 0 when none is."""
    waiting: int
    """Rows that are due, counted up to `COUNTED`."""
    group: str = ""
    """The group of the oldest row.  `barrier.due.mount_of` has the mount's id for a kind of `BY_MOUNT`."""


async def groups(storage: Storage, kind: str) -> list[str]:
    """The groups of a kind that have rows, due or not."""
    if kind not in BY_MOUNT:
        return [ALONE]
    names = (await storage.list(f"{keys.QUEUE}{kind}/")).names
    return [name.removesuffix("/") for name in names if name.endswith("/")]


async def due_rows(storage: Storage, kind: str, now: float, limit: int, group: str = ALONE) -> list[Due]:
    """The oldest rows whose time has come by `now`.

    Read outside a transaction, because rows that become due meanwhile must not cause a conflict.
    """
    place, until = folder(kind, group), milliseconds(now)
    found = []
    for name in (await storage.scan(place, limit=limit)).names:
        time, _, id_ = name.partition("/")
        if not time.isdecimal() or int(time) > until:
            break
        found.append(Due(place + name, int(time), id_))
    return found


async def backlogs(storage: Storage, now: float) -> list[Overdue]:
    """How late each kind is at `now`."""
    return [await _backlog(storage, kind, now) for kind in KINDS]


async def _backlog(storage: Storage, kind: str, now: float) -> Overdue:
    found = await groups(storage, kind)
    oldest = await asyncio.gather(*(due_rows(storage, kind, now, 1, group) for group in found))
    late = [group for group, rows in zip(found, oldest, strict=True) if rows]
    if not late:
        return Overdue(kind, 0.0, 0)
    waiting = 0
    for group in late:
        waiting += len(await due_rows(storage, kind, now, COUNTED - waiting, group))
        if waiting >= COUNTED:
            break
    first_ms, group = min((rows[0].at_ms, group) for group, rows in zip(found, oldest, strict=True) if rows)
    return Overdue(kind, max(0.0, now - first_ms / 1000), waiting, group)
