"""Makes a snapshot of a store in use."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.lib.errors import StorageError
from strongroom.snapshot import archive, meta, rows, sums
from strongroom.snapshot.meta import Origin, SealInside
from strongroom.snapshot.staging import Staging
from strongroom.snapshot.stored import packed
from strongroom.storage.base import Revision, Storage
from strongroom.storage.transfer import copy, migrating

_PIECE_BYTES: Final = 64 * 1024


class _Seal(msgspec.Struct, frozen=True):
    """What is read of a seal's row."""

    type: str = ""
    shares: int = 0
    threshold: int = 0


async def gather(
    storage: Storage, staging: Staging, about: Origin, told: Callable[[int], None] | None = None
) -> Origin:
    """Copy a store's rows, all of one revision.

    Args:
        staging: takes them; it must be empty.
        about: what is known of the snapshot already.
        told: called with the number of rows so far.

    Returns: what is known of it now.
    Raises: as `storage.transfer.copy`, and `StorageError` if the store isn't whole.
    """
    revision = await copy(storage, staging, told)
    return await asyncio.to_thread(_looked_at, staging, about, revision)


def _looked_at(staging: Staging, about: Origin, revision: Revision) -> Origin:
    _require_whole(staging)
    name = staging.get(keys.CLUSTER_NAME)
    return msgspec.structs.replace(
        about,
        revision=revision.number,
        commit=revision.id.hex(),
        rows=staging.size()[0],
        cluster_name=name.decode("utf-8", "replace") if name is not None else about.cluster_name,
        seals=tuple(_seal(key.removeprefix(keys.SEALS), value) for key, value in staging.below(keys.SEALS)),
    )


def _require_whole(staging: Staging) -> None:
    """Raises `StorageError` for a part of a store, or rows of two times: restored, they would pass for all there is."""
    if staging.get(keys.RESTORING) is not None:
        raise StorageError(
            "a snapshot is being restored into the store, or a restore broke off: nothing is saved until one was "
            "carried out whole"
        )
    if staging.get(migrating.KEY) is not None:
        raise StorageError(migrating.UNFINISHED)


def written(staging: Staging, origin: Origin, key: bytes | None) -> Iterator[bytes]:
    """The file, in pieces.

    Args:
        key: with which this server vouches for it; None if it can't.
    """
    return packed(_content(staging, origin, key))


def _content(staging: Staging, origin: Origin, key: bytes | None) -> Iterator[bytes]:
    size, made_at = staging.size()[1], int(origin.created_at)
    about = meta.encoded(origin, size)
    yield from _file(archive.META, about, made_at)
    yield archive.header(archive.STATE, size, made_at)
    digest, piece = hashlib.sha256(), bytearray()
    for row in staging.rows():
        piece += rows.encoded(*row)
        if len(piece) >= _PIECE_BYTES:
            digest.update(piece)
            yield bytes(piece)
            piece.clear()
    digest.update(piece)
    yield bytes(piece) + archive.padding(size)
    listed = sums.sums_of(hashlib.sha256(about).hexdigest(), digest.hexdigest())
    yield from _file(archive.SUMS, listed, made_at)
    yield from _file(archive.SEALED, sums.sealed(listed, key), made_at)
    yield archive.END


def _file(name: str, content: bytes, made_at: int) -> Iterator[bytes]:
    yield archive.header(name, len(content), made_at)
    yield content + archive.padding(len(content))


def _seal(name: str, row: bytes) -> SealInside:
    try:
        found = msgspec.json.decode(row, type=_Seal)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        found = _Seal()
    return SealInside(name, found.type, found.shares, found.threshold)


def written_to(target: Path, pieces: Iterator[bytes]) -> Iterator[int]:
    """Write the file.  Yields the number of bytes so far, after each piece.

    Args:
        target: an empty file.

    Raises: `OSError`.
    """
    size = 0
    with target.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            size += len(piece)
            yield size
