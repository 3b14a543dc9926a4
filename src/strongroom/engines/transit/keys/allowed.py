"""What a key may be used for, and of what types keys may be (p).

Both are lists of names.  The one name `*` allows everything; an empty list is refused, because it could mean either.
"""

from __future__ import annotations

from collections.abc import Collection

from strongroom.engines.transit.keys.records import KeyRecord, TransitConfig
from strongroom.lib.errors import InvalidRequest

ANY = "*"
ENCRYPT = "encrypt"
"""Data keys too."""
DECRYPT = "decrypt"
REWRAP = "rewrap"
SIGN = "sign"
"""Certificate requests too."""
VERIFY = "verify"
HMAC = "hmac"
"""Making and checking HMACs."""
CMAC = "cmac"
DERIVE = "derive"
"""Agreeing on a key with another party."""
EXPORT = "export"
"""Every way in which the key leaves the mount but a backup."""
BACKUP = "backup"
OPERATIONS = (ENCRYPT, DECRYPT, REWRAP, SIGN, VERIFY, HMAC, CMAC, DERIVE, EXPORT, BACKUP)


def check_operation(key: KeyRecord, operation: str) -> None:
    """Raise `InvalidRequest` if the key's `allowed_operations` have neither this one of `OPERATIONS` nor `*`."""
    allowed = key.allowed_operations
    if operation not in allowed and ANY not in allowed:
        raise InvalidRequest(f"the key's allowed_operations don't include \"{operation}\": {', '.join(allowed)}")


def check_type(config: TransitConfig, type_name: str) -> None:
    """Raise `InvalidRequest` if the mount's `allowed_key_types` have neither this type nor `*`."""
    allowed = config.allowed_key_types
    if type_name not in allowed and ANY not in allowed:
        raise InvalidRequest(
            f'keys of type "{type_name}" may not be made here: the allowed_key_types of config/keys are '
            + ", ".join(allowed)
        )


def names(field: str, given: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """A list as it is stored: in the order of `known`, each name once.

    Raises: `InvalidRequest` for an empty list, and for a name that isn't known.
    """
    if not given:
        raise InvalidRequest(f'{field} is empty; "*" allows everything')
    if unknown := sorted(set(given) - {ANY, *known}):
        raise InvalidRequest(f"{field} has no {', '.join(unknown)}; it takes * or any of {', '.join(known)}")
    return (ANY,) if ANY in given else tuple(name for name in known if name in given)
