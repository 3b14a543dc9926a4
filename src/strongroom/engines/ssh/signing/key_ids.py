"""The key id of a certificate, which servers write to their logs (p)."""

from __future__ import annotations

from typing import Final

from strongroom.engines.ssh.roles.records import RoleRecord
from strongroom.lib import braces
from strongroom.lib.errors import InvalidRequest

MOST_CHARACTERS: Final = 1024
_VARIABLES: Final = frozenset({"token_display_name", "role_name", "public_key_hash"})


def unknown_variables(form: str) -> list[str]:
    """What stands in braces in a format, and is no variable."""
    return [f"{{{{{name}}}}}" for name in braces.split(form)[1::2] if name not in _VARIABLES]


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
        parts = enumerate(braces.split(role.key_id_format))
        made = "".join(values.get(part, f"{{{{{part}}}}}") if index % 2 else part for index, part in parts)
    else:
        made = "-".join(part for part in ("vault", display_name, digest) if part)
    if len(made) > MOST_CHARACTERS or not made.isprintable():
        raise InvalidRequest(f"the key id has to be printable, and at most {MOST_CHARACTERS} characters")
    return made
