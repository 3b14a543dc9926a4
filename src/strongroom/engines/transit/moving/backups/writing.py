"""Writing a backup (p)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

import msgspec

from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.engines.transit.moving.backups.document import (
    ML_DSA,
    NUMBERS,
    OWN_TYPE,
    Archive,
    Backup,
    Happened,
    Policy,
    Version,
)
from strongroom.engines.transit.moving.backups.material import moment, version_written
from strongroom.engines.transit.pauses import Pauses
from strongroom.lib import json
from strongroom.lib.durations import SECOND_NS


async def written(name: str, key: KeyRecord, versions: Mapping[int, KeyVersion]) -> str:
    """The backup of a key with all its versions, by number."""
    forms, pauses = {}, Pauses()
    for number, version in versions.items():
        forms[number] = version_written(key, version)
        await pauses.take()
    decrypts = {str(number): form for number, form in forms.items() if number >= key.min_decryption_version}
    archived = [forms[number] for number in rows.available(key)]
    if key.min_available_version == 0:
        archived.insert(0, Version())  # place 0, which no version has
    backup = Backup(policy=_policy(name, key, decrypts), archived_keys=Archive(keys=archived))
    return b64encode(json.dumps(msgspec.to_builtins(backup))).decode("ascii")


def type_number(key: KeyRecord) -> int:
    """The number of a key's type; `OWN_TYPE` for one that the reference server doesn't have."""
    return ML_DSA[key.parameter_set] if key.type == "ml-dsa" else NUMBERS.get(key.type, OWN_TYPE)


def _policy(name: str, key: KeyRecord, decrypts: dict[str, Version]) -> Policy:
    return Policy(
        name=name,
        keys=decrypts,
        key_size=key.key_size,
        derived=key.derived,
        kdf=int(key.derived),
        convergent_encryption=key.convergent,
        exportable=key.exportable,
        min_decryption_version=key.min_decryption_version,
        min_encryption_version=key.min_encryption_version,
        latest_version=key.latest_version,
        archive_version=key.latest_version,
        archive_min_version=key.min_available_version,
        min_available_version=key.min_available_version,
        deletion_allowed=key.deletion_allowed,
        convergent_version=-1 if key.convergent else 0,
        type=type_number(key),
        backup_info=Happened(moment(key.backed_up_at), key.backed_up_version),
        restore_info=Happened(moment(key.restored_at), key.restored_version) if key.restored_at else None,
        allow_plaintext_backup=key.allow_plaintext_backup,
        auto_rotate_period=key.auto_rotate_period_s * SECOND_NS,
        imported=key.imported,
        allow_imported_rotation=key.allow_imported_rotation,
        soft_deleted=key.soft_deleted,
        allowed_operations=key.allowed_operations,
        strongroom_type=key.type,
        strongroom_other_name=key.other_name,
        parameter_set=key.parameter_set,
        hybrid_key_type_ec=key.hybrid_ec,
        hybrid_key_type_pqc=key.hybrid_pqc,
    )
