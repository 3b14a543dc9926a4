"""Rows of the first region that wait until the state that they belong to is complete (pure)."""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.crypto.mac import sha256
from strongroom.lib.errors import Tampered
from strongroom.services.region.records import STAGED

_KEYS_FIRST: Final = "core/"


class StagedRow(msgspec.Struct, frozen=True, array_like=True):
    """One row, as the first region has encrypted it; None removes it."""

    key: str
    value: bytes | None


def staged_key(key: str) -> str:
    """Where a row waits.  Keyrings come first, because the others can't be read without them.

    It is a digest, because a key may be as long as the store allows.
    """
    return f"{STAGED}{'0' if key.startswith(_KEYS_FIRST) else '1'}{sha256(key.encode()).hex()}"


def staged_value(key: str, value: bytes | None) -> bytes:
    """The waiting row."""
    return msgspec.msgpack.encode(StagedRow(key, value))


def staged_row(value: bytes) -> StagedRow:
    """What waits.  Raises `Tampered` if it can't be read."""
    try:
        return msgspec.msgpack.decode(value, type=StagedRow)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Tampered("a row of another region that waits cannot be read") from error
