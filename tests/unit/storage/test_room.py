"""What is committed while the disk is full, to the byte."""

from __future__ import annotations

import re

import pytest

from strongroom.lib.errors import StorageFull
from strongroom.storage.room import Room


class Rows:
    """What is stored."""

    def __init__(self, rows: dict[str, bytes]) -> None:
        self._rows = rows

    def value(self, key: str) -> bytes | None:
        """The value at a key."""
        return self._rows.get(key)


def needed(changes: dict[str, int | None], before: dict[str, int], counters: tuple[str, ...] = ()) -> int:
    """The room that a change needs, 0 when it is committed without any; rows by the lengths of their values."""
    new = {key: None if length is None else bytes(length) for key, length in changes.items()}
    try:
        Room(0).take(new, counters, Rows({key: bytes(length) for key, length in before.items()}))
    except StorageFull as error:
        found = re.fullmatch(r"the reserve is in use: (\d+) bytes are needed, 0 are free in the store", error.detail)
        assert found is not None
        return int(found[1])
    return 0


MANY = {f"row {number}": 10 for number in range(9)}


@pytest.mark.parametrize(
    ("changes", "before", "need"),
    [
        # A new row: its key, its value, and a page.
        ({"key": 100}, {}, 3 + 100 + 4096),
        ({"key": 100, "other": 0}, {}, 3 + 100 + 5 + 2 * 4096),
        # A row that becomes longer: by some bytes, and never by a page in all.
        ({"key": 512}, {"key": 0}, 0),
        ({"key": 513}, {"key": 0}, 513),
        ({"key": 612, "other": 614}, {"key": 100, "other": 102}, 0),
        ({"key": 612, "other": 615}, {"key": 100, "other": 102}, 1025),
        (dict.fromkeys(MANY, 10 + 455), MANY, 0),
        (dict.fromkeys(MANY, 10 + 456), MANY, 4104),
        (dict.fromkeys(list(MANY)[:8], 522), MANY, 4096),
        ({"key": 10}, {"key": 5000}, 0),
        # What is removed makes room for what is written with it, to the byte.
        ({"key": None}, {"key": 10}, 0),
        ({"key": None}, {}, 0),
        ({"key": 100, "old": None}, {"old": 4199}, 0),
        ({"key": 100, "old": None}, {"old": 4198}, 1),
        ({"key": 100, "old": 1}, {"old": 1 + 4199 - 512}, 0),
        ({"key": 100, "old": 1}, {"old": 1 + 4199 - 513}, 513),
    ],
)
def test_what_makes_room_needs_none(changes: dict[str, int | None], before: dict[str, int], need: int) -> None:
    """Everything else needs what the store gets larger by."""
    assert needed(changes, before) == need


def test_counters_are_moved_whatever_else_is_refused() -> None:
    """A counter is no row of its own; what is removed with it counts as it is."""
    assert needed({"counter": 9000}, {}, ("counter",)) == 0
    assert needed({"counter": 1, "key": 100}, {"counter": 9000}, ("counter",)) == 4199
    assert needed({"counter": None, "key": 100}, {"counter": 4199}, ("counter",)) == 0


def test_a_batch_shares_what_rows_have_left_behind() -> None:
    """Each change takes its part, one that needs none or is refused takes nothing, and all of it can be taken."""
    room, rows = Room(2 * 4199 + 10), Rows({"old": bytes(9000)})
    room.take({"key": bytes(100)}, (), rows)
    room.take({"old": None}, (), rows)
    with pytest.raises(StorageFull) as refused:
        room.take({"key": bytes(111)}, (), rows)
    assert refused.value.detail == "the reserve is in use: 4210 bytes are needed, 4209 are free in the store"
    room.take({"key": bytes(110)}, (), rows)
    with pytest.raises(StorageFull, match="the store has no room left"):
        room.take({"key": b""}, (), rows)
