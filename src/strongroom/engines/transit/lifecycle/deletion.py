"""Deleting keys, for good or until they are restored."""

from __future__ import annotations

from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.lifecycle import timetable
from strongroom.engines.transit.lifecycle.clearing import clear
from strongroom.sdk import Request, replace


async def remove(request: Request, name: str, key: KeyRecord) -> None:
    """Delete a key: its name is free, and its versions out of reach, when the request commits."""
    request.view.delete(rows.KEYS + name)
    await timetable.forget(request, key)
    await clear(request, key.id, key.latest_version + 1)


async def set_soft_deleted(request: Request, name: str, key: KeyRecord, *, to: bool) -> KeyRecord:
    """Soft-delete a key, which stops its rotations, or restore it, which has it rotate when it would have."""
    latest = await rows.version_of(request.view, key, key.latest_version)
    changed = await timetable.planned(request, name, replace(key, soft_deleted=to), latest.created_at)
    rows.keep_key(request.view, name, changed)
    return changed
