"""`meta.json`, which says what a snapshot is of (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec

from strongroom.snapshot.stored import Damaged

FORMAT: Final = 1
MOST_BYTES: Final = 64 * 1024
_LATEST_S: Final = 253_402_300_799
"""The end of the year 9999."""

Text = Annotated[str, msgspec.Meta(max_length=256)]
Hexadecimal = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{0,64}\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=_LATEST_S)]


class SealInside(msgspec.Struct, frozen=True):
    """A seal whose row is in a snapshot."""

    name: Text
    type: Text
    shares: Count = 0
    threshold: Count = 0


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot is of.  All of it is in clear in the store too, except the cluster's id."""

    format: int = FORMAT
    version: Text
    """Of the Strongroom that made it."""
    created_at: Seconds
    """Seconds since the epoch."""
    storage: Text
    """The type of the store."""
    revision: Count
    """The number of commits until then."""
    commit: Hexadecimal
    """The id of the last one, in hexadecimal digits."""
    rows: Count
    cluster_name: Text = ""
    cluster_id: Text = ""
    """Empty if a server made it that wasn't unsealed."""
    seals: tuple[SealInside, ...] = ()


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """The file.  Clients of raft's snapshots know the fields in capitals."""

    Version: int = 1
    ID: str
    Index: int
    Term: int = 0
    Size: Count
    """The length of `state.bin` in bytes."""
    ConfigurationIndex: int = 0
    Configuration: Mapping[str, Any] = {}
    Strongroom: Origin


def encoded(origin: Origin, state_bytes: int) -> bytes:
    """The file.

    Args:
        state_bytes: the length of `state.bin`.
    """
    name = f"strongroom-{origin.revision}-{origin.commit[:8]}"
    return msgspec.json.encode(Meta(ID=name, Index=origin.revision, Size=state_bytes, Strongroom=origin))


def decoded(content: bytes) -> Meta:
    """The file's content.  Raises `Damaged` for one that `encoded` doesn't give, or of a newer format."""
    try:
        meta = msgspec.json.decode(content, type=Meta)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(
            "the file is no snapshot of Strongroom, or its meta.json is damaged. A snapshot of Vault or OpenBao can't "
            "be restored here"
        ) from error
    if meta.Strongroom.format != FORMAT:
        raise Damaged("the snapshot was made by a newer Strongroom, in a form that this one doesn't know")
    return meta
