"""The key id of a certificate, which servers write to their logs (p)."""

from __future__ import annotations

import re
from typing import Final

from strongroom.engines.ssh.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest

MOST_CHARACTERS: Final = 1024
_VARIABLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_VARIABLES: Final = frozenset({"token_display_name", "role_name", "public_key_hash"})


def unknown_variables(form: str) -> list[str]:
    """What stands in braces in a format, and is no variable."""
    return [found[0] for found in _VARIABLE.finditer(form) if found[1] not in _VARIABLES]


def key_id(role: RoleRecord, name: str, asked: str, *, display_name: str, digest: str) -> str:
    """The key id.

    Args:
        name: of the role. asked: by the client; empty for none. display_name: of the client's token. digest: of the
            public key, in hexadecimal.

    Raises: `InvalidRequest` if the role doesn't let clients choose, or for one that would confuse a log.
    """
    if asked and not role.allow_user_key_ids:
        raise InvalidRequest(f'setting key_id is not allowed by role "{name}": it needs allow_user_key_ids')
    values = {"token_display_name": display_name, "role_name": name, "public_key_hash": digest}
    if asked:
        made = asked
    elif role.key_id_format:
        made = _VARIABLE.sub(lambda found: values.get(found[1], found[0]), role.key_id_format)
    else:
        made = "-".join(part for part in ("vault", display_name, digest) if part)
    if len(made) > MOST_CHARACTERS or not made.isprintable():
        raise InvalidRequest(f"the key id has to be printable, and at most {MOST_CHARACTERS} characters")
    return made
