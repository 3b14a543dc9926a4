"""The cells that a batch's commits change, and whether they are one transaction (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from strongroom.lib.rand import Random
from strongroom.storage.base import Revision
from strongroom.storage.batch import Outcome, Pending, settle_batch
from strongroom.storage.conditional.cells import LONGEST_NAME, Capacity
from strongroom.storage.conditional.layout import (
    ROLES,
    ROOM_BYTES,
    ROWS,
    Past,
    encode,
    encode_row,
    feed_name,
    split_keys,
)
from strongroom.storage.conditional.rows import Rows
from strongroom.storage.keys import pack_keys
from strongroom.storage.operations import Changes

_HEAD_BYTES: Final = 512
"""More than a head has."""
_PAST_BYTES: Final = 40
"""What an entry of the feed has beside its keys."""


class Settled(msgspec.Struct, frozen=True):
    """What became of the first operations of a batch."""

    outcomes: list[Outcome]
    """To be delivered when the changes are durable."""
    commits: list[tuple[Revision, Changes]]
    expiries: dict[str, float | None]
    fits: bool
    """Whether the changes are one transaction.  If not, they are of one operation."""

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.commits or self.expiries)


def longest_inline(capacity: Capacity) -> int:
    """The longest value, in bytes, that is kept in the cell of its row, which has to fit into a staged cell too."""
    room = ROOM_BYTES + LONGEST_NAME * (capacity.name_weight - 1)
    return min(capacity.value_bytes, capacity.bytes - 4 * capacity.overhead - _HEAD_BYTES) - room


def settle_fitting(batch: Iterable[Pending[object]], rows: Rows, random: Random, capacity: Capacity) -> Settled:
    """Settle as many operations of a batch as fit into one transaction, at least one."""
    outcomes: list[Outcome] = []
    measure = _Measure(capacity)
    expiries: dict[str, float | None] = {}
    count = 0
    for pending in batch:
        made = settle_batch([pending], rows, random)
        fits = measure.takes(rows.commits[count:], rows.new_expiries)
        if not fits and outcomes:
            return Settled(outcomes, rows.commits[:count], expiries, True)
        outcomes += made
        expiries = dict(rows.new_expiries)
        count = len(rows.commits)
        if not fits:
            return Settled(outcomes, rows.commits, expiries, False)
    return Settled(outcomes, rows.commits, expiries, True)


class _Measure:
    """Adds up what a transaction holds; a little more than it does."""

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity
        self._inline = longest_inline(capacity)
        self._names: set[str] = set()
        self._feed = 0
        self._bytes = _HEAD_BYTES

    def takes(self, commits: Iterable[tuple[Revision, Changes]], expiries: Mapping[str, float | None]) -> bool:
        """Whether these fit too."""
        fits = True
        for _, changes in commits:
            packed = len(pack_keys(changes))
            self._feed += packed + _PAST_BYTES
            self._bytes += packed + _PAST_BYTES
            for key, value in changes.items():
                length = len(value) if value is not None else 0
                fits = fits and length <= self._inline
                self._names.add(ROWS + key)
                self._bytes += len(key.encode()) * self._capacity.name_weight + length + 16
        self._names.update(ROLES + role for role in expiries)
        cells = len(self._names) + 2
        size = self._bytes + cells * self._capacity.overhead + 64 * len(expiries)
        return fits and cells <= self._capacity.cells and size <= self._capacity.bytes and self._feed <= self._inline


def row_cells(commits: Iterable[tuple[Revision, Changes]]) -> dict[str, bytes | None]:
    """The cells of the rows after these commits."""
    cells: dict[str, bytes | None] = {}
    for revision, changes in commits:
        for key, value in changes.items():
            cells[ROWS + key] = None if value is None else encode_row(revision.number, value)
    return cells


def role_cells(expiries: Mapping[str, float | None]) -> dict[str, bytes | None]:
    """The cells of roles whose holds end at another time."""
    return {ROLES + role: None if at is None else encode(at) for role, at in expiries.items()}


def feed_cells(commits: Iterable[tuple[Revision, Changes]], newest: int, most_bytes: int) -> dict[str, bytes]:
    """The cells of the feed, which are numbered after `newest`: one, unless a commit has too many keys for it."""
    pasts = [past for revision, changes in commits for past in split_keys(revision, changes, most_bytes)]
    cells: list[list[Past]] = []
    size = 0
    for past in pasts:
        size += len(past.keys) + _PAST_BYTES
        if not cells or size > most_bytes + _PAST_BYTES:
            cells.append([])
            size = len(past.keys) + _PAST_BYTES
        cells[-1].append(past)
    return {feed_name(newest + 1 + index): encode(cell) for index, cell in enumerate(cells)}


def chunks(cells: Mapping[str, bytes | None], capacity: Capacity) -> Iterator[dict[str, bytes | None]]:
    """Parts of the cells, each of which is a transaction beside the head and a staged cell, and fits into one."""
    most_bytes = min(capacity.bytes - _HEAD_BYTES - 4 * capacity.overhead, capacity.value_bytes) - ROOM_BYTES // 4
    part: dict[str, bytes | None] = {}
    size = 0
    for name, value in cells.items():
        length = len(value) if value is not None else 0
        weight = len(name.encode()) * capacity.name_weight + length + max(capacity.overhead, 16)
        if part and (size + weight > most_bytes or len(part) + 3 > capacity.cells):
            yield part
            part, size = {}, 0
        part[name] = value
        size += weight
    if part:
        yield part
