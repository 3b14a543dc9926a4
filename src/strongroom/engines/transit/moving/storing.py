"""Storing key material that came from elsewhere."""

from __future__ import annotations

from strongroom.engines.transit.key_types import Material
from strongroom.engines.transit.key_types.macs import HMAC, HMAC_BYTES
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request, replace


def keep_imported(request: Request, key: KeyRecord, number: int, material: Material, random: Random) -> None:
    """Store imported material as a version of a key, when the request commits."""
    hmac_key = request.once(f"hmac key {key.id}", lambda: random.bytes(HMAC_BYTES))
    version = KeyVersion(
        created_at=request.now,
        private=material.private,
        public=material.public,
        hmac_key=material.private if key.type == HMAC else hmac_key,
    )
    rows.keep_version(request.view, key, number, version)


async def completes(request: Request, key: KeyRecord, material: Material) -> bool:
    """Whether the material is the private part of the latest version, of which only the public part was imported."""
    latest = await rows.version_of(request.view, key, key.latest_version)
    return not latest.private and bool(material.private) and material.public == latest.public


async def complete(request: Request, key: KeyRecord, number: int, material: Material) -> None:
    """Store the private part of a version whose public part was imported before.

    Raises: `InvalidRequest` if there is no such version, if it is complete, or if the parts don't belong together.
    """
    if number not in rows.available(key):
        raise InvalidRequest(f"the key has no version {number}")
    version = await rows.version_of(request.view, key, number)
    if version.private:
        raise InvalidRequest(f"version {number} has its private part already")
    if not material.private:
        raise InvalidRequest(f"version {number} has its public part already: send the private one, wrapped")
    if material.public != version.public:
        raise InvalidRequest(f"the private part doesn't belong to the public part of version {number}")
    rows.keep_version(request.view, key, number, replace(version, private=material.private))
