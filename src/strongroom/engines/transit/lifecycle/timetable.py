"""When a key rotates by itself.

The time of the next rotation stands in the key's row, and once more as scheduled work of the mount.  Only this file
writes either.
"""

from __future__ import annotations

from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.sdk import Request, replace

ROTATE = "rotate/"
"""Scheduled work of this name, with the key's id."""


async def planned(request: Request, name: str, key: KeyRecord, made_at: float) -> KeyRecord:
    """The key with the time of its next rotation, for which `Engine.due` is called.  The caller stores it.

    A key that is soft-deleted, has no period, or was imported for good isn't rotated.

    Args:
        made_at: when its latest version was made, in seconds since the epoch.
    """
    work = ROTATE + key.id
    rotates = key.auto_rotate_period_s and not key.soft_deleted and (key.allow_imported_rotation or not key.imported)
    at = made_at + key.auto_rotate_period_s if rotates else 0.0
    if at:
        await request.schedule(at, work, {"name": name})
    elif key.next_rotation_at:
        await request.unschedule(work)
    return replace(key, next_rotation_at=at)


async def forget(request: Request, key: KeyRecord) -> None:
    """Remove the scheduled rotation of a key that is deleted."""
    if key.next_rotation_at:
        await request.unschedule(ROTATE + key.id)
