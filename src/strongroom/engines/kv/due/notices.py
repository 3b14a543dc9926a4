"""Tells of secrets that are due: 30, 7 and 1 days before, and when they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from strongroom.engines.kv.due import rows
from strongroom.engines.kv.due.records import Notices
from strongroom.engines.kv.due.times import DAY_MS, DAYS
from strongroom.sdk import Number, Request, View

_AT_ONCE: Final = 200
"""Secrets that one call tells of.  Their events are one row."""


async def tell(request: Request) -> None:
    """Tell of all secrets of which a notice is due, and have this called again for the next."""
    view, now_ms = request.view, int(request.now * 1000)
    notices = await view.read(rows.NOTICES, Notices)
    told = dict(notices.told) if notices is not None else {}
    left, wakes = _AT_ONCE, []
    for days in DAYS:
        until_ms = now_ms + days * DAY_MS
        end = rows.behind(until_ms)
        after = told.get(days, end)
        found = await rows.between(view, after, until_ms, left + 1)
        if len(found) > left:
            found = found[:left]
            told[days] = found[-1].row if found else after
            wakes.append(now_ms)
        else:
            told[days] = max(end, after)
            following = await rows.first(view, told[days])
            wakes += [following - days * DAY_MS] if following is not None else []
        left -= len(found)
        for each in found:
            _told(request, days, each)
    view.write(rows.NOTICES, Notices(told=told))
    if wakes:
        await request.schedule(max(min(wakes), now_ms) / 1000, rows.WORK)


def _told(request: Request, days: int, found: rows.Found) -> None:
    secret = found.secret
    more = {"owner": secret.owner} if secret.owner else {}
    request.emit(
        "kv-v2/secret-due" if not days else "kv-v2/secret-due-soon",
        f"data/{secret.name}",
        modified="false",
        data_path=f"{request.mount.path}data/{secret.name}",
        due_time=moment_text(found.at_ms),
        days=str(days),
        reason=secret.reason,
        **more,
    )


async def numbers(view: View) -> tuple[Number, ...]:
    """When the first secret of a mount is due."""
    at_ms = await rows.first(view)
    text = "When the first secret is due by its custom metadata, in seconds since the epoch."
    return (Number("kv.secret_due_seconds", at_ms / 1000, text),) if at_ms is not None else ()


def moment_text(at_ms: int) -> str:
    """A time in the form of RFC 3339."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
