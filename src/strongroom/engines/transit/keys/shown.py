"""A key as a read answers it.

Source: https://openbao.org/api-docs/secret/transit/#read-key
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from strongroom.crypto.asymmetric import formats
from strongroom.engines.transit.key_types import KeyType, key_type
from strongroom.engines.transit.key_types.hybrid import HYBRID, shown_ec_public
from strongroom.engines.transit.key_types.macs import HMAC
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import ANY
from strongroom.engines.transit.keys.derivation import cryptor_of
from strongroom.engines.transit.keys.loaded import load
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.sdk import View

_AT_ONCE = 64
"""Versions between two pauses, in which other requests are served."""


async def shown(view: View, name: str, key: KeyRecord, context: bytes = b"") -> dict[str, Any]:
    """All that may be known of a key.

    Args:
        context: for public keys that are derived; without one they are not shown.
    """
    data = settings_shown(name, key)
    if key.type == HMAC:
        return data
    type_ = key_type(key.type)
    versions: dict[str, Any] = {}
    for at, number in enumerate(range(key.min_decryption_version, key.latest_version + 1)):
        if at % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)
        version = await rows.version_of(view, key, number)
        if type_.asymmetric:
            versions[str(number)] = _public_shown(type_, key, number, version, context)
        else:
            versions[str(number)] = int(version.created_at)
    data["keys"] = versions
    return data


def settings_shown(name: str, key: KeyRecord) -> dict[str, Any]:
    """What is known of a key without its versions.  (p)"""
    type_ = key_type(key.type)
    data: dict[str, Any] = {
        "name": name,
        "type": key.shown_type,
        "latest_version": key.latest_version,
        "min_available_version": key.min_available_version,
        "min_decryption_version": key.min_decryption_version,
        "min_encryption_version": key.min_encryption_version,
        "derived": key.derived,
        "exportable": key.exportable,
        "allow_plaintext_backup": key.allow_plaintext_backup,
        "deletion_allowed": key.deletion_allowed,
        "soft_deleted": key.soft_deleted,
        "auto_rotate_period": key.auto_rotate_period_s,
        "imported_key": key.imported,
        "supports_encryption": type_.encrypts,
        "supports_decryption": type_.decrypts,
        "supports_signing": type_.signs,
        "supports_derivation": type_.derives,
    }
    if key.next_rotation_at:
        data["next_rotation_time"] = _time(key.next_rotation_at)
    if key.derived:
        data |= {"kdf": "hkdf_sha256", "convergent_encryption": key.convergent}
    if key.convergent:
        data["convergent_encryption_version"] = -1  # the latest, says the API; it is the third
    if key.imported:
        data["imported_key_allow_rotation"] = key.allow_imported_rotation
    if key.type == HMAC:
        data["key_size"] = key.key_size
    if key.parameter_set and not key.other_name:
        data["parameter_set"] = key.parameter_set
    if key.type == HYBRID:
        data |= {"hybrid_key_type_pqc": key.hybrid_pqc, "hybrid_key_type_ec": key.hybrid_ec}
    for info, at, version in (
        ("backup_info", key.backed_up_at, key.backed_up_version),
        ("restore_info", key.restored_at, key.restored_version),
    ):
        if at:
            data[info] = {"time": _time(at), "version": version}
    if ANY not in key.allowed_operations:
        data["allowed_operations"] = list(key.allowed_operations)
    return data


def _public_shown(type_: KeyType, key: KeyRecord, number: int, version: KeyVersion, context: bytes) -> dict[str, str]:
    public = version.public
    if key.derived:
        public = cryptor_of(key, load(key, number, version), context).public if context and version.private else b""
    data = {
        "name": type_.version_name(key),
        "public_key": type_.shown_public(public) if public else "",
        "creation_time": _time(version.created_at),
        "certificate_chain": "".join(formats.pem("CERTIFICATE", der) for der in version.certificates),
    }
    if key.type == HYBRID:
        data["hybrid_public_key"] = shown_ec_public(key, public)
    return data


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
