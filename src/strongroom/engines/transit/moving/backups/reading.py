"""Reading a backup, which anybody may have written (p)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping

import msgspec

from strongroom.engines.transit.key_types import KEY_TYPES, OTHER_NAMES
from strongroom.engines.transit.key_types.hybrid import EC_TYPES, HYBRID, PQC_TYPES
from strongroom.engines.transit.key_types.macs import HMAC
from strongroom.engines.transit.keys import allowed
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.engines.transit.lifecycle import settings
from strongroom.engines.transit.moving.backups.document import ML_DSA, NUMBERS, OWN_TYPE, Backup, Policy, Version
from strongroom.engines.transit.moving.backups.material import seconds, version_read
from strongroom.engines.transit.pauses import Pauses
from strongroom.lib import json
from strongroom.lib.durations import SECOND_NS
from strongroom.lib.errors import InvalidRequest

MOST_VERSIONS = 3000
"""A restore is one commit."""
MOST_BYTES = 32 * 1024 * 1024
_HIGHEST_NUMBER = 10**9
"""Of a version.  Ciphertexts and the order of rows have room for ten digits, so there is room to rotate on."""


class Restored(msgspec.Struct, frozen=True):
    """What a backup holds."""

    name: str
    key: KeyRecord
    versions: Mapping[int, KeyVersion]

    def __repr__(self) -> str:
        return "Restored(…)"


async def restored(text: str, *, id_: str, now: float) -> Restored:
    """The key in a backup.

    Args:
        id_: the id of the key that it becomes. now: when it is restored, in seconds since the epoch.

    Raises: `InvalidRequest` that says what is wrong with it.
    """
    document = _document(text)
    policy = document.policy
    type_, parameter_set = _type(policy)
    key = KeyRecord(
        id=id_,
        type=type_,
        created_at=now,
        latest_version=policy.latest_version,
        min_available_version=policy.min_available_version,
        min_decryption_version=max(1, policy.min_decryption_version),
        min_encryption_version=policy.min_encryption_version,
        derived=policy.derived,
        convergent=policy.convergent_encryption,
        exportable=policy.exportable,
        allow_plaintext_backup=policy.allow_plaintext_backup,
        deletion_allowed=policy.deletion_allowed,
        soft_deleted=policy.soft_deleted,
        auto_rotate_period_s=policy.auto_rotate_period // SECOND_NS,
        key_size=settings.key_size(KEY_TYPES[type_], policy.key_size) if type_ == HMAC else 0,
        parameter_set=parameter_set,
        other_name=_other_name(policy, type_, parameter_set),
        hybrid_ec=policy.hybrid_key_type_ec if type_ == HYBRID else "",
        hybrid_pqc=policy.hybrid_key_type_pqc if type_ == HYBRID else "",
        imported=policy.imported,
        allow_imported_rotation=policy.allow_imported_rotation,
        allowed_operations=allowed.names("allowed_operations", policy.allowed_operations, allowed.OPERATIONS),
        backed_up_at=seconds(policy.backup_info.time) if policy.backup_info is not None else 0.0,
        backed_up_version=policy.backup_info.version if policy.backup_info is not None else 0,
        restored_at=now,
        restored_version=policy.latest_version,
    )
    _check(key, policy)
    versions, pauses = {}, Pauses()
    for number, version in _versions(document, key).items():
        versions[number] = version_read(key, version)
        await pauses.take()  # one version by RSA takes milliseconds
    return Restored(policy.name, key, versions)


def _document(text: str) -> Backup:
    if len(text) > MOST_BYTES:
        raise InvalidRequest(f"the backup is longer than {MOST_BYTES} bytes")
    try:
        return msgspec.convert(json.loads(b64decode(text, validate=True)), Backup)
    except msgspec.ValidationError as error:
        # The text of the error names fields and types, and no value.
        raise InvalidRequest(f"it is no backup of a key: {error}") from error
    except InvalidRequest as error:
        raise InvalidRequest("the backup is not JSON in base64") from error
    except ValueError as error:
        raise InvalidRequest("the backup is not in base64") from error


def _type(policy: Policy) -> tuple[str, str]:
    """The name of the type, and the parameter set."""
    if policy.type == OWN_TYPE:
        name, parameter_set = policy.strongroom_type, policy.parameter_set
    else:
        sets = {number: parameter_set for parameter_set, number in ML_DSA.items()}
        parameter_set = sets.get(policy.type, "")
        names = {number: name for name, number in NUMBERS.items()} | dict.fromkeys(sets, "ml-dsa")
        name = names.get(policy.type, "")
        if policy.type == NUMBERS["xchacha20-poly1305"] and policy.key_size:
            raise InvalidRequest(
                "the backup is of an HMAC key of Vault, which numbers its types otherwise: export the key there, and "
                "import it"
            )
    if name not in KEY_TYPES:
        raise InvalidRequest("the backup is of a type of key that this server does not have")
    return name, parameter_set if KEY_TYPES[name].parameter_sets else ""


def _other_name(policy: Policy, type_: str, parameter_set: str) -> str:
    """What the type is called in answers, if it has two names.  The reference server writes no name into a backup.

    Raises: `InvalidRequest` for the name of another type: the key would pass for what it isn't.
    """
    name = policy.strongroom_other_name
    if not name and policy.type != OWN_TYPE and not policy.strongroom_type and parameter_set:
        return f"mldsa-{parameter_set}"
    if name and OTHER_NAMES.get(name) != (type_, parameter_set):
        raise InvalidRequest("the backup has a name for its type of key that means another type")
    return name


def _check(key: KeyRecord, policy: Policy) -> None:
    """Raise `InvalidRequest` for settings that no key has."""
    type_ = KEY_TYPES[key.type]
    if type_.parameter_sets and key.parameter_set not in type_.parameter_sets:
        raise InvalidRequest(f"the backup has a parameter set that no key of type {key.type} has")
    if key.type == HYBRID and (key.hybrid_pqc not in PQC_TYPES or key.hybrid_ec not in EC_TYPES):
        raise InvalidRequest("the backup doesn't say of which two types its hybrid key is")
    type_.check()
    if key.convergent and not key.derived:
        raise InvalidRequest("the backup is of a convergent key that isn't derived")
    if (key.derived and not type_.derives) or (key.convergent and not type_.converges):
        raise InvalidRequest(f"keys of type {key.type} are not derived, and the backup says that it is")
    if key.derived and policy.kdf != 1:
        raise InvalidRequest("the backup derives keys by a function that this server does not have")
    if key.convergent and policy.convergent_version not in {-1, 3}:
        raise InvalidRequest("the backup is of a convergent key of a version before 3, which this server does not have")
    in_order = (
        0 <= key.min_available_version <= key.min_decryption_version <= key.latest_version <= _HIGHEST_NUMBER
    ) and 0 <= key.backed_up_version <= _HIGHEST_NUMBER
    encrypts = key.min_encryption_version
    if not in_order or (encrypts and not key.min_decryption_version <= encrypts <= key.latest_version):
        raise InvalidRequest("the numbers of the versions in the backup contradict each other")
    if key.auto_rotate_period_s < 0:
        raise InvalidRequest("the backup has a negative auto_rotate_period")
    settings.check_rotation_period(key.auto_rotate_period_s)
    if key.latest_version - max(1, key.min_available_version) >= MOST_VERSIONS:
        raise InvalidRequest(f"the backup has more than {MOST_VERSIONS} versions, which is the most")


def _versions(document: Backup, key: KeyRecord) -> dict[int, Version]:
    """Every version that the key has: from the archive, or from among those that decrypt."""
    policy, archived = document.policy, document.archived_keys.keys
    found: dict[int, Version] = {}
    for number in range(max(1, key.min_available_version), key.latest_version + 1):
        place = number - policy.archive_min_version
        version = policy.keys.get(str(number))
        if version is None and 0 <= place < len(archived):
            version = archived[place]
        if version is None:
            raise InvalidRequest(f"version {number} is missing in the backup")
        found[number] = version
    return found
