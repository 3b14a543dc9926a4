"""The index by time: what ends when, apart for each kind, so that a flood of one kind hides no row of another.

A row's key is `{kind}/{group}/{milliseconds}/{id}` below `keys.QUEUE`.  Leases are grouped by mount, so that a mount
whose revocations hang or fail hides no other mount's; the other kinds have one group.  A kind that isn't named here
is a newer node's: nobody looks below it, and its rows stay.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from strongroom.barrier import keys
from strongroom.storage.base import Storage

LEASE = "lease"
TOKEN = "token"  # noqa: S105 - a kind of row
SINGLE_USE = "single-use"
"""Tokens that are used once, as wrapping tokens are, and what stays of tokens whose uses are used up."""
LOCKOUT = "lockout"
KINDS = (LEASE, TOKEN, SINGLE_USE, LOCKOUT)

COUNTED = 1000
"""Rows of a kind that are counted; a longer queue is shown as this long."""
_ALONE = "-"


class Due(NamedTuple):
    """A row whose time has come."""

    row: str
    """Its key in the store."""
    at_ms: int
    """Milliseconds since the epoch."""
    id: str


class Backlog(NamedTuple):
    """What of one kind should have ended by now."""

    kind: str
    late_s: float
    """Seconds since the oldest row was due; 0 when none is."""
    waiting: int
    """Rows that are due, counted up to `COUNTED`."""
    group: str = ""
    """Where the oldest row is; for leases, the mount's id."""


def milliseconds(at: float) -> int:
    """A time as the index has it."""
    return int(at * 1000)


def due_key(at: float, kind: str, id_: str, group: str = _ALONE) -> str:
    """Key in the index by time: sorts by time, to the millisecond.

    Args:
        at: seconds since the epoch.
        kind: one of `KINDS`.
        group: for a lease, its mount's id.
    """
    return key_at(milliseconds(at), kind, id_, group)


def key_at(at_ms: int, kind: str, id_: str, group: str = _ALONE) -> str:
    """The same for a time as the index has it."""
    return f"{_folder(kind, group)}{at_ms:015d}/{id_}"


async def groups(storage: Storage, kind: str) -> list[str]:
    """The groups of a kind that have rows, due or not."""
    if kind != LEASE:
        return [_ALONE]
    names = (await storage.list(f"{keys.QUEUE}{kind}/")).names
    return [name.removesuffix("/") for name in names if name.endswith("/")]


async def due_rows(storage: Storage, kind: str, now: float, limit: int, group: str = _ALONE) -> list[Due]:
    """The oldest rows whose time has come by `now`.

    Not within a transaction: what becomes due meanwhile is no reason to begin again.
    """
    folder, until = _folder(kind, group), milliseconds(now)
    found = []
    for name in (await storage.scan(folder, limit=limit)).names:
        time, _, id_ = name.partition("/")
        if not time.isdecimal() or int(time) > until:
            break
        found.append(Due(folder + name, int(time), id_))
    return found


async def backlogs(storage: Storage, now: float) -> list[Backlog]:
    """How late each kind is at `now`."""
    return [await _backlog(storage, kind, now) for kind in KINDS]


async def _backlog(storage: Storage, kind: str, now: float) -> Backlog:
    found = await groups(storage, kind)
    oldest = await asyncio.gather(*(due_rows(storage, kind, now, 1, group) for group in found))
    late = [group for group, rows in zip(found, oldest, strict=True) if rows]
    if not late:
        return Backlog(kind, 0.0, 0)
    waiting = 0
    for group in late:
        waiting += len(await due_rows(storage, kind, now, COUNTED - waiting, group))
        if waiting >= COUNTED:
            break
    first_ms, group = min((rows[0].at_ms, group) for group, rows in zip(found, oldest, strict=True) if rows)
    return Backlog(kind, max(0.0, now - first_ms / 1000), waiting, group)


def _folder(kind: str, group: str) -> str:
    return f"{keys.QUEUE}{kind}/{group}/"
