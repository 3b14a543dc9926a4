"""The names that a namespace may have (pure).  Where the peer refuses a name too, the texts are the same."""

from __future__ import annotations

from strongroom.lib.errors import InvalidRequest

RESERVED = frozenset({"root", "sys", "audit", "auth", "cubbyhole", "identity"})
MAX_NAME = 256
MAX_DEPTH = 64
"""The levels below root.  Every request walks down to its namespace."""
_WILDCARDS = "*+"
_MISREAD = "?#%\\"
"""Characters that a proxy may cut off, decode again, or read as a slash."""


def check_name(name: str) -> None:
    """Raise `InvalidRequest` for a name that no namespace can have."""
    if not name:
        raise InvalidRequest("namespace name must be specified")
    if "/" in name:
        raise InvalidRequest("namespace name cannot contain /")
    if name.lower() in RESERVED:
        raise InvalidRequest(f'"{name}/" is a reserved path and cannot be used as a namespace name')
    if " " in name:
        raise InvalidRequest(f'"{name}" contains space characters that cannot be used in a namespace name')
    for character in _WILDCARDS:
        if character in name:
            raise InvalidRequest(
                f"\"{name}\" contains wildcard characters that cannot be used in a namespace name: '{character}'"
            )
    if not name.isprintable() or any(character in name for character in _MISREAD) or name in {".", ".."}:
        raise InvalidRequest(
            "a namespace name can contain neither control characters nor '?', '#', '%', '\\', '.', '..'"
        )
    if len(name) > MAX_NAME:
        raise InvalidRequest(f"a namespace name can have {MAX_NAME} characters at the most")
