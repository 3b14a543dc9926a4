"""All types of keys, by name."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.engines.transit.key_types import asymmetric, hybrid, macs, ml_kem, post_quantum, symmetric
from strongroom.engines.transit.key_types.base import KeyType
from strongroom.lib.errors import Internal, InvalidRequest

_ALL = (*symmetric.TYPES, *macs.TYPES, *asymmetric.TYPES, *post_quantum.TYPES, *ml_kem.TYPES, *hybrid.TYPES)
KEY_TYPES: dict[str, KeyType] = {type_.name: type_ for type_ in _ALL}

OTHER_NAMES: dict[str, tuple[str, str]] = dict(post_quantum.OTHER_NAMES)
"""The type and the parameter set that other servers have under a name of their own."""


def key_type(name: str) -> KeyType:
    """The type of a stored key.  Raises `Internal` for one that this release doesn't have."""
    type_ = KEY_TYPES.get(name)
    if type_ is None:
        raise Internal(f'a key of type "{name}" was made by a release that has more types of keys than this one')
    return type_


def unknown_type(name: str, known: Iterable[str] = KEY_TYPES) -> InvalidRequest:
    """The refusal of a type that there is none of, or that can't be made so.

    Args:
        known: the types that can.
    """
    return InvalidRequest(f"unknown key type {name}; it is one of {', '.join(known)}")
