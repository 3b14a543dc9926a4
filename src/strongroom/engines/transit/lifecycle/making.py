"""Making keys and their versions."""

from __future__ import annotations

from strongroom.engines.transit.key_types import Material, key_type
from strongroom.engines.transit.key_types.macs import HMAC, HMAC_BYTES
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.loaded import Loaded, load
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.engines.transit.lifecycle import timetable
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Random, Request


async def make_key(request: Request, name: str, key: KeyRecord, random: Random) -> tuple[KeyRecord, Loaded]:
    """Store a new key with its first version, when the request commits."""
    version = await add_version(request, name, key, 1, random)
    key = await timetable.planned(request, name, key, request.now)
    rows.keep_key(request.view, name, key)
    return key, version


async def add_version(request: Request, name: str, key: KeyRecord, number: int, random: Random) -> Loaded:
    """Store new material as a version of a key, when the request commits.  The key's own row is the caller's matter.

    A request makes one version of a key at the most.  An attempt that comes to another number uses the same material.
    """
    type_ = key_type(key.type)
    once = f"material {key.id}"
    material: Material
    if type_.slow:
        material = request.once.outside(once, lambda: GENERATION.make(lambda: type_.make(key, random)))
    else:
        material = request.once(once, lambda: type_.make(key, random))
    other = request.once(f"hmac key {key.id}", lambda: random.bytes(HMAC_BYTES))
    version = KeyVersion(
        private=material.private,
        public=material.public,
        hmac_key=material.private if key.type == HMAC else other,
        created_at=request.now,
    )
    rows.keep_version(request.view, key, number, version)
    return load(key, number, version)
