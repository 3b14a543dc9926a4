"""Making keys and their versions."""

from __future__ import annotations

from strongroom.engines.transit.key_types import Material, key_type
from strongroom.engines.transit.key_types.macs import HMAC, HMAC_BYTES
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.loaded import Loaded, load
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.sdk import Random, Request


async def make_key(request: Request, name: str, key: KeyRecord, random: Random) -> Loaded:
    """Store a new key with its first version, when the request commits."""
    rows.keep_key(request.view, name, key)
    return await add_version(request, name, key, 1, random)


async def add_version(request: Request, name: str, key: KeyRecord, number: int, random: Random) -> Loaded:
    """Store new material as a version of a key, when the request commits.  The key's own row is the caller's matter."""
    material: Material = request.once(f"material {name} {number}", lambda: key_type(key.type).make(key, random))
    hmac_key = request.once(f"hmac key {name} {number}", lambda: random.bytes(HMAC_BYTES))
    version = KeyVersion(
        private=material.private,
        public=material.public,
        hmac_key=material.private if key.type == HMAC else hmac_key,
        created_at=request.now,
    )
    rows.keep_version(request.view, key, number, version)
    return load(key, number, version)
