"""Limits for the free text of tokens, users, roles and mounts (pure).

A token's row is decoded in every process that it reaches, and written to the audit log twice with each of its requests.
The same holds for the rows that it refers to.  The limits are far above what clients send, and far below what harms.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from strongroom.lib.errors import InvalidRequest

NAME_BYTES = 512
"""Of a policy, an alias, a display name."""
NAMES = 512
NAMES_BYTES = 16 * 1024
"""All names of one list together."""
PAIRS = 64
"""The same number as for KV's custom metadata."""
KEY_BYTES = 128
MAP_BYTES = 16 * 1024
"""All names and values of one map together."""
_MOST_OF_CHARACTER = 4
"""Bytes of UTF-8.  A text that fits at this rate needn't be encoded to know its length."""
BLOCKS = 256
"""Addresses and CIDR blocks of one list.  Every request of a bound token checks all of them."""


def check_name(what: str, text: str, most: int = NAME_BYTES) -> None:
    """Raise `InvalidRequest` for a text of more than `most` bytes."""
    if len(text) * _MOST_OF_CHARACTER > most and _bytes(text) > most:
        raise InvalidRequest(f"{what} is longer than {most} bytes")


def check_names(what: str, names: Collection[str], most: int = NAMES) -> None:
    """Raise `InvalidRequest` for more than `most` names, a name that is too long, or too much of them in all."""
    if len(names) > most:
        raise InvalidRequest(f"{what} has more than {most} items")
    for name in names:
        check_name(f"an item of {what}", name)
    if len(names) * NAME_BYTES > NAMES_BYTES and sum(map(_bytes, names)) > NAMES_BYTES:
        raise InvalidRequest(f"{what} has more than {NAMES_BYTES} bytes in all")


def check_map(what: str, pairs: Mapping[str, str]) -> None:
    """Raise `InvalidRequest` for too many pairs, a name that is too long, or too much of them in all."""
    if not pairs:
        return
    if len(pairs) > PAIRS:
        raise InvalidRequest(f"{what} has more than {PAIRS} keys")
    for name in pairs:
        check_name(f"a key of {what}", name, KEY_BYTES)
    if sum(_bytes(name) + _bytes(value) for name, value in pairs.items()) > MAP_BYTES:
        raise InvalidRequest(f"{what} has more than {MAP_BYTES} bytes in all")


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
