"""The name of a user at another system, made of the entity and its alias (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/mfa/duo, `username_format`
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.services.identity import AliasRecord, EntityRecord

_PART = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_ENTITY = re.compile(r"(?:identity\.)?entity\.(id|name|metadata\.(.+))")
_ALIAS = re.compile(r"(?:alias|identity\.entity\.aliases\.([^.]+))\.(id|name|metadata\.(.+))")


def check_format(text: str) -> None:
    """Raise `InvalidRequest` for a format with a value that doesn't exist."""
    for part in _PART.finditer(text):
        if _ALIAS.fullmatch(part[1]) is None and _ENTITY.fullmatch(part[1]) is None:
            raise InvalidRequest(f'username_format has an unknown value "{part[1]}"')
    if "{{" in _PART.sub("", text) or "}}" in _PART.sub("", text):
        raise InvalidRequest("username_format has an unclosed value")


def username_of(format_: str, entity: EntityRecord, aliases: Sequence[AliasRecord], accessor: str) -> str:
    """The name at the other system.

    Args:
        format_: empty for the alias's name. accessor: the auth mount of the login; empty if the entity's only alias is
        meant.

    Raises: `PermissionDenied` if a value is missing: a name with a hole could be somebody else's.
    """

    def filled(part: re.Match[str]) -> str:
        value = _value(part[1], entity, aliases, accessor)
        if not value:
            raise PermissionDenied("the entity lacks what the MFA method's username_format names")
        return value

    return _PART.sub(filled, format_ or "{{alias.name}}")


def _value(name: str, entity: EntityRecord, aliases: Sequence[AliasRecord], accessor: str) -> str:
    about: EntityRecord | AliasRecord | None
    if match := _ALIAS.fullmatch(name):
        wanted, field, key = match[1] or accessor, match[2], match[3]
        fitting = [alias for alias in aliases if not wanted or alias.mount_accessor == wanted]
        about = fitting[0] if len(fitting) == 1 else None
    elif match := _ENTITY.fullmatch(name):
        about, field, key = entity, match[1], match[2]
    else:
        return ""
    if about is None:
        return ""
    return about.metadata.get(key, "") if key else {"id": about.id, "name": about.name}[field]
