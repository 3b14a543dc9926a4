"""The index by time, apart for each kind."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.sim.clock import SetClock

from strongroom.barrier import keys
from strongroom.barrier.due import (
    KINDS,
    LEASE,
    LOCKOUT,
    SINGLE_USE,
    TOKEN,
    due_key,
    key_at,
    milliseconds,
    retry_wait_s,
)
from strongroom.lib.rand import SystemRandom
from strongroom.services.due import COUNTED, Due, Overdue, backlogs, due_rows, groups
from strongroom.storage.inmem import InmemStorage

NOW = 1000.0


async def started() -> InmemStorage:
    """An empty store."""
    storage = InmemStorage(SetClock(), SystemRandom())
    await storage.start()
    return storage


async def put(storage: InmemStorage, *rows: str) -> None:
    """Write rows."""
    for first in range(0, len(rows), 2000):
        await storage.commit({}, dict.fromkeys(rows[first : first + 2000], b"x"), {})


@pytest.mark.parametrize(
    ("at", "expected"), [(0.0, 0), (1.0, 1000), (1.2345, 1234), (1_700_000_000.999, 1700000000999)]
)
def test_times_are_cut_to_the_millisecond(at: float, expected: int) -> None:
    """A row is due no later than its time."""
    assert milliseconds(at) == expected


def test_rows_sort_by_time_within_kind_and_group() -> None:
    """However many digits a time has."""
    assert due_key(1.5, TOKEN, "t") == f"{keys.QUEUE}token/-/000000000001500/t"
    assert due_key(1.5, LEASE, "a/b", "mount") == f"{keys.QUEUE}lease/mount/000000000001500/a/b"
    assert key_at(1500, LOCKOUT, "x") == due_key(1.5, LOCKOUT, "x")
    rows = [due_key(at, TOKEN, "t") for at in (9.0, 10.0, 99.0, 1e9, 1e10)]
    assert sorted(rows) == rows


async def test_the_oldest_that_are_due_come_first() -> None:
    """Those whose time is now, no later ones, not more than asked for, of one kind and group; ids may have slashes."""
    storage = await started()
    at = {"c": 1000.0, "a/b": 999.0, "later": 1000.001, "d": 1000.0}
    await put(storage, *(due_key(time, LEASE, id_, "one") for id_, time in at.items()))
    await put(storage, due_key(1.0, LEASE, "x", "two"), due_key(1.0, TOKEN, "y"))
    found = await due_rows(storage, LEASE, NOW, 10, "one")
    assert found == [Due(due_key(at[id_], LEASE, id_, "one"), milliseconds(at[id_]), id_) for id_ in ("a/b", "c", "d")]
    assert await due_rows(storage, LEASE, NOW, 2, "one") == found[:2]
    assert [row.id for row in await due_rows(storage, TOKEN, NOW, 10)] == ["y"]
    assert await due_rows(storage, LOCKOUT, NOW, 10) == []


async def test_a_row_of_another_form_is_nobodys() -> None:
    """It stays, and ends the look."""
    storage = await started()
    await put(storage, f"{keys.QUEUE}token/-/no-time/x", due_key(1.0, TOKEN, "t"))
    assert [row.id for row in await due_rows(storage, TOKEN, NOW, 10)] == ["t"]


async def test_only_leases_have_groups() -> None:
    """One for each mount that has rows, due or not."""
    storage = await started()
    assert await groups(storage, LEASE) == []
    await put(storage, due_key(1.0, LEASE, "x", "b"), due_key(1e9, LEASE, "x", "a"), due_key(1, "token", "t"))
    await put(storage, f"{keys.QUEUE}lease/of-another-form")
    assert await groups(storage, LEASE) == ["a", "b"]
    for kind in (TOKEN, SINGLE_USE, LOCKOUT):
        assert await groups(storage, kind) == ["-"]


async def test_what_is_late_is_told_by_kind() -> None:
    """Since when, how much waits, and in which group the oldest is."""
    storage = await started()
    assert await backlogs(storage, NOW) == [Overdue(kind, 0.0, 0, "") for kind in KINDS]
    rows = [due_key(at, LEASE, f"x{at}", group) for at, group in ((998.0, "b"), (997.5, "c"), (2000.0, "a"))]
    await put(storage, *rows, due_key(999.0, TOKEN, "t"), due_key(1000.5, SINGLE_USE, "s"))
    late = {LEASE: Overdue(LEASE, 2.5, 2, "c"), TOKEN: Overdue(TOKEN, 1.0, 1, "-")}
    assert await backlogs(storage, NOW) == [late.get(kind, Overdue(kind, 0.0, 0, "")) for kind in KINDS]


async def test_a_longer_queue_is_shown_as_a_thousand() -> None:
    """Counting all of a flood would take what the flood takes."""
    storage = await started()
    for group, count in (("a", 600), ("b", 600), ("c", 1)):
        await put(storage, *(due_key(float(number), LEASE, "x", group) for number in range(count)))
    found = {backlog.kind: backlog for backlog in await backlogs(storage, NOW)}
    assert found[LEASE] == Overdue(LEASE, 1000.0, 1000, "a")
    assert COUNTED == 1000


def test_retries_come_ever_later_and_not_together() -> None:
    """Between half of 10, 20, 40 … seconds and all of it, at most an hour; 10,000 rows spread over that time."""
    for attempts, longest_s in enumerate((10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600)):
        waits = [retry_wait_s(attempts, f"db/creds/app/{number}") for number in range(1000)]
        assert longest_s / 2 <= min(waits) < longest_s * 0.51
        assert longest_s * 0.99 < max(waits) <= longest_s
    assert longest_s / 2 <= retry_wait_s(10**6, "x") <= longest_s
    seconds = Counter(int(retry_wait_s(6, str(number))) for number in range(10_000))
    assert max(seconds.values()) < 10_000 / 320 * 2
    assert retry_wait_s(3, "a") == retry_wait_s(3, "a")
