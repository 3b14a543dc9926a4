"""The name of a user at another system, made of the entity and its alias (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/mfa/duo, `username_format`
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from strongroom.lib import braces
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.services.identity import AliasRecord, EntityRecord

_ENTITY = re.compile(r"(?:identity\.)?entity\.(id|name|metadata\.(.+))")
_ALIAS = re.compile(r"(?:alias|identity\.entity\.aliases\.([^.]+))\.(id|name|metadata\.(.+))")


def check_format(text: str) -> None:
    """Raise `InvalidRequest` for a format with a value that doesn't exist."""
    parts = braces.split(text)
    for name in map(str.strip, parts[1::2]):
        if _ALIAS.fullmatch(name) is None and _ENTITY.fullmatch(name) is None:
            raise InvalidRequest(f'username_format has an unknown value "{name}"')
    outside = "".join(parts[::2])
    if "{{" in outside or "}}" in outside:
        raise InvalidRequest("username_format has an unclosed value")


def username_of(format_: str, entity: EntityRecord, aliases: Sequence[AliasRecord], accessor: str) -> str:
    """The name at the other system.

    Args:
        format_: empty for the alias's name. accessor: the auth mount of the login; empty if the entity's only alias is
        meant.

    Raises: `PermissionDenied` if a value is missing: a name with a hole could be somebody else's.
    """

    def filled(name: str) -> str:
        value = _value(name, entity, aliases, accessor)
        if not value:
            raise PermissionDenied("the entity lacks what the MFA method's username_format names")
        return value

    parts = enumerate(braces.split(format_ or "{{alias.name}}"))
    return "".join(filled(part.strip()) if index % 2 else part for index, part in parts)


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
