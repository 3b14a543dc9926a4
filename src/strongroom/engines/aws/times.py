"""When a key is rotated next."""

from __future__ import annotations

from datetime import UTC, datetime

from strongroom.sdk import Request
from strongroom.sdk.rotation import RotationSettings, next_time
from strongroom.sdk.rotation.times import in_window


async def wake(request: Request, work: str, next_at: float) -> None:
    """Have `Engine.due` called under this name at that time; never, if it is 0."""
    if next_at:
        await request.schedule(next_at, work)
    else:
        await request.unschedule(work)


def postponed(settings: RotationSettings, next_at: float, now: float) -> float | None:
    """The later time of a rotation that may not begin now; None if it may. Times are in seconds since the epoch.

    Args:
        next_at: for when it was planned; 0 for never.
    """
    if not settings.automated or not next_at:
        return 0.0
    if next_at > now:
        return next_at
    return None if in_window(settings, next_at, now) else next_time(settings, now, now)


def text(moment: float) -> str | None:
    """A time for a client."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds") if moment else None


def state(rotated_at: float, next_at: float) -> dict[str, str | None]:
    """What a read tells of a rotation."""
    found = {"last_vault_rotation": text(rotated_at), "next_vault_rotation": text(next_at)}
    return {name: value for name, value in found.items() if value}
