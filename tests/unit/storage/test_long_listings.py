"""A listing that is read in parts is that of one revision, and keeps nothing from being done meanwhile."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import apsw
import pytest

from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Listing
from strongroom.storage.keys import name_below
from strongroom.storage.sqlite import SqliteStorage
from strongroom.storage.sqlite.long_listings import PART, LongListings
from strongroom.storage.sqlite.reader import Reader
from strongroom.storage.sqlite.schema import connect
from tests.sim.clock import SetClock

SEGMENTS = ["a", "b", "b-", "b0", "c", "é", "\U0001f511", "\uff5a"]


def store(path: Path, feed_commits: int = 65_536) -> SqliteStorage:
    """A store whose upkeep runs only when asked to."""
    return SqliteStorage(path, SetClock(), SystemRandom(), upkeep_interval_s=3600.0, feed_commits=feed_commits)


def expected(keys: frozenset[str], after: str, limit: int | None, *, deep: bool) -> list[str]:
    """The names below `x/`."""
    below = [key for key in keys if key.startswith("x/")]
    names = {key[2:] if deep else name_below("x/", key) for key in below}
    return sorted(name for name in names if name > after)[:limit]


async def interrupted(listing: Coroutine[Any, Any, Listing], beside: Callable[[], Awaitable[object]]) -> Listing:
    """Have something done between each two parts of a listing."""
    while True:
        try:
            listing.send(None)
        except StopIteration as end:
            result: Listing = end.value
            return result
        await beside()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("feed", [65_536, 2])
async def test_it_is_that_of_its_revision(tmp_path: Path, seed: int, feed: int) -> None:
    """Whatever comes and goes before, between and behind its parts; also if the feed doesn't reach back."""
    chance = random.Random(seed)
    storage = store(tmp_path, feed_commits=feed)
    await storage.start()
    keys: frozenset[str] = frozenset()
    states = {0: keys}

    async def write() -> None:
        nonlocal keys
        for _ in range(chance.randint(0, 3)):
            changes = {}
            for _ in range(chance.randint(1, 6)):
                key = "/".join([chance.choice("xxxxy"), *chance.choices(SEGMENTS, k=chance.randint(1, 2))])
                changes[key] = b"" if chance.random() < 0.6 else None
            keys = (keys | changes.keys()) - {key for key, value in changes.items() if value is None}
            states[(await storage.commit({}, changes, {})).number] = keys
        if feed < 100:
            await storage.prune(feed)

    listings = LongListings(Reader(connect(tmp_path / "strongroom.db", None, cache_bytes=1 << 20), SetClock()), size=3)
    parts = 0
    for _ in range(60):
        await write()
        after = chance.choice(["", "", "b", "b/", "b/c", "é"])
        limit, deep = chance.choice([None, None, 1, 4, 9]), chance.random() < 0.5
        before = len(states)
        found = await interrupted(listings.listing("x/", after, limit, deep=deep), write)
        assert found.names == expected(states[found.revision], after, limit, deep=deep)
        assert found.revision == max(states)
        parts += len(states) - before
    assert parts > 60
    await listings.close()
    await storage.close()


async def test_the_log_begins_again_meanwhile(tmp_path: Path) -> None:
    """Otherwise it would grow while any process reads a long listing, and somebody may ask for one after another."""
    storage = store(tmp_path)
    await storage.start()
    await storage.commit({}, {f"x/{number:05}": b"" for number in range(2 * PART)}, {})
    parts = 0

    async def beside() -> None:
        nonlocal parts
        parts += 1
        await storage.commit({}, {f"x/00000{parts}": b"", f"x/0000{parts}": None, f"x/99999{parts}": b""}, {})
        upkeep = apsw.Connection(str(tmp_path / "strongroom.db"))  # the same library, for locks within a process
        upkeep.execute("PRAGMA data_version").fetchall()  # before it has read, it knows of no log
        upkeep.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        upkeep.close()
        assert (tmp_path / "strongroom.db-wal").stat().st_size == 0

    found = (await interrupted(storage.list("x/"), beside)).names
    assert parts == 2
    assert found[:4] == ["00000", "000001", "000002", "00003"]
    assert found[-3:] == ["01999", "999991", "999992"]
    await storage.close()
