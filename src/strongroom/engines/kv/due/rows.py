"""Keeps a row for each secret that is due at a time, in the order of these times."""

from __future__ import annotations

from typing import Final, NamedTuple

from strongroom.engines.kv.due.records import DueSecret, Notices
from strongroom.engines.kv.due.times import DAY_MS, DAYS, Due, due_of
from strongroom.engines.kv.records import Metadata
from strongroom.sdk import Request, View

ROWS: Final = "due/"
NOTICES: Final = "due-notices"
WORK: Final = "due-notices"
"""The name of the scheduled work that tells of them."""
_DIGITS: Final = 15


async def follow(request: Request, sealed: str, name: str, before: Metadata | None, after: Metadata | None) -> None:
    """Have the row of a secret follow its metadata.

    Args:
        sealed: its path in stored form.
    """
    was, is_ = due_of(before), due_of(after)
    if was == is_:
        return
    view = request.view
    if was is not None:
        view.delete(_key(was.at_ms, sealed))
    if is_ is not None:
        view.write(_key(is_.at_ms, sealed), DueSecret(name=name, reason=is_.reason, owner=is_.owner))
        await _schedule(request, is_)


async def _schedule(request: Request, due: Due) -> None:
    """Have the engine called when the next notice of a secret is due, if it isn't called earlier anyway."""
    view, now_ms = request.view, int(request.now * 1000)
    if await view.read(NOTICES, Notices) is None:
        # Of secrets that are within a number of days already, that number isn't told any more.
        view.write(NOTICES, Notices(told={days: behind(now_ms + days * DAY_MS) for days in DAYS}))
    wake_ms = min((at for days in DAYS if (at := due.at_ms - days * DAY_MS) > now_ms), default=0)
    if not wake_ms:
        return
    planned = await view.schedule(request.mount.id).read(WORK)
    if planned is None or planned.at > wake_ms / 1000:
        await request.schedule(wake_ms / 1000, WORK)


class Found(NamedTuple):
    """A secret that is due at a time."""

    row: str
    """Its place among the rows."""
    at_ms: int
    secret: DueSecret


def behind(at_ms: int) -> str:
    """The place behind all rows of a time."""
    return f"{at_ms + 1:0{_DIGITS}d}"


async def between(view: View, after: str, until_ms: int, limit: int) -> list[Found]:
    """The secrets behind a place that are due by a time, in their order."""
    found: list[Found] = []
    for row in await view.scan(ROWS, after, limit):
        at_ms = int(row.partition("/")[0])
        if at_ms > until_ms:
            break
        record = await view.read(ROWS + row, DueSecret)
        if record is not None:
            found.append(Found(row, at_ms, record))
    return found


async def first(view: View, after: str = "") -> int | None:
    """The first time at which a secret behind a place is due."""
    rows = await view.scan(ROWS, after, 1)
    return int(rows[0].partition("/")[0]) if rows else None


def _key(at_ms: int, sealed: str) -> str:
    return f"{ROWS}{at_ms:0{_DIGITS}d}/{sealed}"
