"""Checkpoints: the whole state at one object of the journal, so that a start need not read all of it.

What a checkpoint replaces is removed an hour after it was written, by the service's clock.  A process that was paused
finds nothing at the place where it looks for the next object, and must not take that for the end of the journal: it
compares the times that the service tells it, and begins anew when they are too far apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeVar

import msgspec

from strongroom.lib.aws.s3 import S3Object
from strongroom.lib.errors import StorageError
from strongroom.storage.base import Entry
from strongroom.storage.inmem.rows import Past, Rows
from strongroom.storage.keys import pack_keys, unpack_keys
from strongroom.storage.s3.layout import (
    CHECKPOINT,
    FORMAT,
    JOURNAL,
    MANIFEST,
    DamagedError,
    FeedPart,
    Manifest,
    RowsPart,
    checkpoint_name,
    journal_name,
    number_in,
    opened,
    seal,
)
from strongroom.storage.s3.objects import Objects
from strongroom.storage.s3.state import State

T = TypeVar("T")

RETAINED_S: Final = 3600.0
"""How long what a checkpoint replaces is kept, by the service's clock."""
_PART_BYTES: Final = 8 << 20
_ROW_BYTES: Final = 64
"""What a row takes in a part besides its key and its value, about."""


class Frozen(NamedTuple):
    """A state that doesn't change any more."""

    manifest: Manifest
    """Without its parts."""
    rows: list[tuple[str, Entry]]
    feed: list[Past]


def freeze(state: State) -> Frozen:
    """The state as it is now.  It copies references, no values."""
    head = state.rows.head
    manifest = Manifest(
        FORMAT,
        state.number,
        state.digest,
        head.number,
        head.id,
        dict(state.expiries),
        state.hold,
        state.since_turns,
        state.since_bytes,
        [],
        [],
    )
    return Frozen(manifest, list(state.rows.entries.items()), list(state.rows.feed))


async def write(objects: Objects, frozen: Frozen) -> None:
    """Write a checkpoint, read it back, and only then let it count.  Raises `StorageError`."""
    number = frozen.manifest.number
    digests: dict[str, list[bytes]] = {"rows": [], "feed": []}
    both: dict[str, Iterator[RowsPart | FeedPart]] = {"rows": _row_parts(frozen.rows), "feed": _feed_parts(frozen.feed)}
    for kind, parts in both.items():
        while True:
            sealed = await asyncio.to_thread(_next_sealed, parts)
            if sealed is None:
                break
            raw, digest = sealed
            name = _part_name(number, kind, len(digests[kind]))
            await objects.put(name, raw)
            await _compare(objects, name, raw)
            digests[kind].append(digest)
    manifest = msgspec.structs.replace(frozen.manifest, **digests)
    raw, _ = seal(manifest)
    await objects.put(checkpoint_name(number, MANIFEST), raw)
    await _compare(objects, checkpoint_name(number, MANIFEST), raw)


async def newest(objects: Objects) -> tuple[int, float]:
    """The number of the newest checkpoint (0 if there is none), and when that was.  Raises `StorageError`."""
    page = await objects.listed(CHECKPOINT)
    numbers = [number_in(each.key) or 0 for each in page.objects if each.key.endswith(f"/{MANIFEST}")]
    return max(numbers, default=0), page.date


async def read(objects: Objects, number: int, state: State, most_bytes: int) -> None:
    """Fill an empty state with that at a checkpoint.

    Raises: `StorageError` if it is damaged, or larger than this process may hold.
    """
    name = checkpoint_name(number, MANIFEST)
    manifest, _ = opened(name, await _present(objects, name), Manifest)
    if manifest.format > FORMAT:
        raise StorageError(
            f"the store has format {manifest.format}, and this release knows {FORMAT}: it is of a later one"
        )
    if manifest.number != number:
        raise DamagedError(name, "is that of another checkpoint")
    rows = state.rows
    for index, digest in enumerate(manifest.rows):
        found = await _part(objects, _part_name(number, "rows", index), digest, RowsPart)
        for key, revision, value in found:
            rows.entries[key] = Entry(value, revision)
            rows.size_bytes += len(key) + len(value)
        check_size(rows, most_bytes)
    for index, digest in enumerate(manifest.feed):
        past = await _part(objects, _part_name(number, "feed", index), digest, FeedPart)
        rows.feed.extend(Past(revision_id, tuple(unpack_keys(keys))) for revision_id, keys in past)
    rows.keys = sorted(rows.entries)
    rows.head = manifest.revision
    state.number, state.digest = number, manifest.digest
    state.expiries, state.hold = dict(manifest.expiries), manifest.hold
    state.since_turns, state.since_bytes = manifest.since_turns, manifest.since_bytes


def check_size(rows: Rows, most_bytes: int) -> None:
    """Raise `StorageError` for more than this process may hold: a tenth above the size at which it takes no more."""
    if rows.size_bytes > most_bytes + most_bytes // 10:
        raise StorageError(
            f"the store is larger than its max_bytes of {most_bytes}: each process holds all of it in memory; "
            "give it more, or move to a store that needs no copy"
        )


async def clear(objects: Objects) -> None:
    """Remove what a checkpoint has replaced for long enough.  Raises `StorageError`."""
    page = await objects.listed(CHECKPOINT)
    old = [
        number_in(each.key) or 0
        for each in page.objects
        if each.key.endswith(f"/{MANIFEST}") and each.modified + RETAINED_S < page.date
    ]
    if not old:
        return
    kept = max(old)
    past = [each.key for each in page.objects if (number_in(each.key) or kept) < kept]
    while True:
        turns = await objects.listed(JOURNAL, limit=1000)
        gone = [each.key for each in turns.objects if each.key <= journal_name(kept)]
        await objects.delete(gone)
        if turns.whole or len(gone) < len(turns.objects) or not gone:
            break
    # Manifests first: without one, the rest of a checkpoint doesn't count.
    past.sort(key=lambda key: not key.endswith(MANIFEST))
    await objects.delete(past, at_once=1)


def _part_name(number: int, kind: str, index: int) -> str:
    return checkpoint_name(number, f"{kind}-{index:06}")


def _next_sealed(parts: Iterator[RowsPart | FeedPart]) -> tuple[bytes, bytes] | None:
    part = next(parts, None)
    return None if part is None else seal(part)


def _row_parts(rows: list[tuple[str, Entry]]) -> Iterator[RowsPart]:
    part: RowsPart = []
    size = 0
    for key, entry in rows:
        size += len(key) + len(entry.value) + _ROW_BYTES
        if part and size > _PART_BYTES:
            yield part
            part, size = [], len(key) + len(entry.value) + _ROW_BYTES
        part.append((key, entry.revision, entry.value))
    if part:
        yield part


def _feed_parts(feed: list[Past]) -> Iterator[FeedPart]:
    part: FeedPart = []
    size = 0
    for past in feed:
        packed = pack_keys(dict.fromkeys(past.keys))
        size += len(packed) + _ROW_BYTES
        if part and size > _PART_BYTES:
            yield part
            part, size = [], len(packed) + _ROW_BYTES
        part.append((past.id, packed))
    if part:
        yield part


async def _part(objects: Objects, name: str, digest: bytes, type_: type[T]) -> T:
    found, own = await asyncio.to_thread(opened, name, await _present(objects, name), type_)
    if own != digest:
        raise DamagedError(name, "isn't the one that the manifest names")
    return found


async def _present(objects: Objects, name: str) -> bytes:
    found = await objects.find(name)
    if not isinstance(found, S3Object):
        raise DamagedError(name, "is missing")
    return found.body


async def _compare(objects: Objects, name: str, raw: bytes) -> None:
    if await _present(objects, name) != raw:
        raise DamagedError(name, "isn't what was written just now")
