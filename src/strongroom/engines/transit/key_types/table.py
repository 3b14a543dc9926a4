"""All types of keys, by name."""

from __future__ import annotations

from strongroom.engines.transit.key_types import macs, symmetric
from strongroom.engines.transit.key_types.base import KeyType
from strongroom.lib.errors import Internal

KEY_TYPES: dict[str, KeyType] = {type_.name: type_ for type_ in (*symmetric.TYPES, *macs.TYPES)}

OTHER_NAMES: dict[str, tuple[str, str]] = {}
"""The type and the parameter set that other servers have under a name of their own."""


def key_type(name: str) -> KeyType:
    """The type of a stored key.  Raises `Internal` for one that this release doesn't have."""
    type_ = KEY_TYPES.get(name)
    if type_ is None:
        raise Internal(f'a key of type "{name}" was made by a release that has more types of keys than this one')
    return type_
