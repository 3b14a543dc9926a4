"""Rotating keys, by request and when it is due."""

from __future__ import annotations

from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.lifecycle import timetable
from strongroom.engines.transit.lifecycle.making import add_version
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request, replace


def check_rotates(name: str, key: KeyRecord) -> None:
    """Raise `InvalidRequest` for an imported key that may not be rotated here."""
    if key.imported and not key.allow_imported_rotation:
        raise InvalidRequest(f"imported key {name} does not allow rotation here: allow_rotation was not set")


async def rotate(request: Request, name: str, key: KeyRecord, random: Random) -> KeyRecord:
    """Add a version, which is the latest from the commit on, and move the next rotation.

    A key with a version of its own is no imported one any more: nothing can be imported into it.

    Raises: `InvalidRequest`.
    """
    check_rotates(name, key)
    number = key.latest_version + 1
    await add_version(request, name, key, number, random)
    rotated = replace(key, latest_version=number, imported=False, allow_imported_rotation=False)
    rotated = await timetable.planned(request, name, rotated, request.now)
    rows.keep_key(request.view, name, rotated)
    return rotated


async def rotate_due(request: Request, key_id: str, name: str, random: Random) -> None:
    """Do a scheduled rotation.  Nothing is done if the key has gone, or lost its period, since then."""
    key = await rows.key_of(request.view, name)
    if key is None or key.id != key_id or not key.next_rotation_at:
        return
    await rotate(request, name, key, random)
