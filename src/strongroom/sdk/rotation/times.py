"""When the next rotation is, and whether it is due (pure).  All times are in seconds since the epoch."""

from __future__ import annotations

import math

from strongroom.sdk.rotation.cron import next_after, zone
from strongroom.sdk.rotation.settings import RotationSettings


def next_time(settings: RotationSettings, rotated_at: float, now: float) -> float:
    """The time of the next rotation, which may have passed; 0 if it is rotated only when that is asked for.

    It is stored, so that no restart, no failure and no change of the machine's zone moves it.
    """
    if not settings.automated:
        return 0.0
    if settings.period_s:
        return rotated_at + settings.period_s
    return next_after(settings.schedule, zone(settings.timezone), now)


def in_window(settings: RotationSettings, next_rotation_at: float, now: float) -> bool:
    """Whether a rotation may begin.  Without a window it may at any time after its own."""
    return not (settings.schedule and settings.window_s) or now < next_rotation_at + settings.window_s


def ttl_s(next_rotation_at: float, now: float) -> int:
    """The time until the next rotation in seconds, rounded up; 0 only while it is due."""
    return max(0, math.ceil(next_rotation_at - now))


def is_overdue(next_rotation_at: float, now: float) -> bool:
    """Whether the time of the next rotation has passed."""
    return bool(next_rotation_at) and now >= next_rotation_at
