"""Tells of statements whose placeholders are likely to be mistakes (pure).

A placeholder that nothing fills stays as it is.  A mistyped `{{pasword}}` would be the password of every user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from strongroom.engines.database.driver import PASSWORD
from strongroom.engines.database.statements import decoded, placeholders
from strongroom.sdk import near_miss

_NAMES = frozenset({"name", "username"})
_FILLED = _NAMES | {"password", "expiration", "public_key", "subject"}
"""All that some driver fills."""
_SET_PASSWORDS = frozenset({"creation_statements", "rotation_statements", "root_rotation_statements"})


def placeholder_warnings(fields: Mapping[str, Sequence[str]], credential_type: str = PASSWORD) -> list[str]:
    """What is likely to be a mistake.

    Args:
        fields: statements by the name of their field.
    """
    told: list[str] = []
    for field, given in fields.items():
        used = placeholders("\n".join(decoded(given)))
        for name in sorted(used - _FILLED):
            meant = near_miss.meant(name, _FILLED)
            question = f". Did you mean {_braces(meant)}?" if meant else ""
            told.append(f"{field}: nothing fills {_braces(name)}, which stays as it is{question}")
        sets_passwords = field in _SET_PASSWORDS and credential_type == PASSWORD
        if sets_passwords and used & _NAMES and "password" not in used:
            told.append(f"{field} have no {{{{password}}}}: users can't log in by the password that is handed out")
    return told


def _braces(name: str) -> str:
    return f"{{{{{name}}}}}"
