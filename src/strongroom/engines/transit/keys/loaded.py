"""Versions that are ready for use.

A loaded version is derived from its row: it stays in the one cache of the process until the row changes.
"""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.engines.transit.key_types import key_type
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.engines.transit.keys.rows import version_of
from strongroom.sdk import View


class Loaded(msgspec.Struct, frozen=True):
    """One version of a key, ready for use."""

    number: int
    cryptor: Any
    """The key in the form of its primitive in `strongroom.crypto`; None if the key is derived by a context first."""
    secret: bytes
    """The raw private part: what derived keys are derived from, and what is exported."""
    public: bytes
    hmac_key: bytes

    def __repr__(self) -> str:
        return f"Loaded({self.number})"


async def loaded(view: View, key: KeyRecord, number: int) -> Loaded:
    """One of the versions that the key has."""

    async def build(committed: View) -> Loaded:
        return load(key, number, await version_of(committed, key, number))

    return await view.derived((key.id, number), build)


def load(key: KeyRecord, number: int, version: KeyVersion) -> Loaded:
    """A version that was just made, or read."""
    type_ = key_type(key.type)
    return Loaded(
        number=number,
        cryptor=None if key.derived else type_.load(key, version),
        secret=version.private,
        public=version.public,
        hmac_key=version.hmac_key,
    )
