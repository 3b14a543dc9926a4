"""The storage contract: what a commit checks, changes and refuses, on every backend."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import Conflict, OutOfRange
from strongroom.storage.base import Add, Revision, Storage
from tests.conformance.storage.backends import Backend, on, put


def test_commit_checks_the_revisions_it_read(backend: Backend) -> None:
    """A commit goes through while its reads hold, and conflicts once one of them changed; then nothing is written."""

    async def scenario(storage: Storage) -> None:
        await storage.commit({"a": 0}, {"a": b"1"}, {})
        await storage.commit({"a": 1, "absent": 0}, {"a": b"2"}, {})
        for stale in (0, 1, 3):
            with pytest.raises(Conflict):
                await storage.commit({"a": stale}, {"a": b"3", "b": b"3"}, {"n": Add(1, 0, 9)})
        assert (await storage.get_many(["a", "b", "n"])).entries.keys() == {"a"}
        assert (await storage.synced()).number == 2
        await storage.commit({"a": 2}, {"a": None}, {})
        with pytest.raises(Conflict):
            await storage.commit({"a": 2}, {"b": b""}, {})
        await storage.commit({"a": 0}, {"b": b""}, {})

    on(backend, scenario)


def test_commit_checks_the_prefixes_it_listed(backend: Backend) -> None:
    """A listed prefix conflicts with a key added, changed, counted or removed below it, and with no other."""

    async def scenario(storage: Storage) -> None:
        at = (await storage.commit({}, put("p/a", "p/n", value=b"1"), {})).number
        await storage.commit({}, put("p", "p-x", "p0", "q/a"), {})
        await storage.commit({"p/": at}, {}, {})
        for change, add in (({"p/new/x": b""}, {}), ({"p/a": b"2"}, {}), ({"p/a": None}, {}), ({}, {"p/n": 1})):
            adds = {key: Add(delta, 0, 9) for key, delta in add.items()}
            after = (await storage.commit({}, change, adds)).number
            with pytest.raises(Conflict):
                await storage.commit({"p/": at}, {"z": b""}, {})
            at = after
            await storage.commit({"p/": at}, {}, {})

    on(backend, scenario)


def test_prefix_of_another_history_conflicts(backend: Backend) -> None:
    """A prefix said to be seen at a revision that the store has not reached conflicts."""

    async def scenario(storage: Storage) -> None:
        await storage.commit({}, put("p/a"), {})
        with pytest.raises(Conflict):
            await storage.commit({"p/": 2}, {"z": b""}, {})

    on(backend, scenario)


def test_prefix_older_than_the_feed_conflicts(backend: Backend) -> None:
    """When the feed no longer reaches back to a prefix's revision, the commit conflicts."""

    async def scenario(storage: Storage) -> None:
        at = (await storage.commit({}, put("p/a"), {})).number
        for number in range(5):
            await storage.commit({}, {"other": b"%d" % number}, {})
        await backend.prune(storage)
        with pytest.raises(Conflict):
            await storage.commit({"p/": at}, {"z": b""}, {})
        await storage.commit({"p/": (await storage.synced()).number}, {"z": b""}, {})

    on(backend, scenario)


def test_commit_without_writes_only_checks(backend: Backend) -> None:
    """With nothing to write it makes no revision and returns the current one, or conflicts."""

    async def scenario(storage: Storage) -> None:
        made = await storage.commit({}, put("a"), {})
        assert await storage.commit({"a": 1, "b": 0, "c/": 1}, {}, {}) == made
        assert await storage.commit({}, {}, {}) == made
        with pytest.raises(Conflict):
            await storage.commit({"a": 0}, {}, {})
        assert await storage.synced() == made

    on(backend, scenario)


def test_removing_what_is_absent(backend: Backend) -> None:
    """Removing an absent row is a commit as any other."""

    async def scenario(storage: Storage) -> None:
        revision = await storage.commit({"a": 0}, {"a": None}, {})
        assert revision.number == 1
        assert await storage.get("a") is None

    on(backend, scenario)


def test_counters_add_within_bounds(backend: Backend) -> None:
    """An absent counter counts as 0; a result may reach its bounds and not leave them."""

    async def scenario(storage: Storage) -> None:
        await storage.commit({}, {}, {"n": Add(3, 0, 5)})
        await storage.commit({}, {}, {"n": Add(2, 0, 5)})
        for delta in (1, -6):
            with pytest.raises(OutOfRange) as caught:
                await storage.commit({}, {"a": b""}, {"n": Add(delta, 0, 5), "m": Add(1, 0, 5)})
            assert caught.value.key == "n"
        await storage.commit({}, {}, {"n": Add(-5, 0, 5), "down": Add(-(10**30), -(10**30), 0)})
        entries = (await storage.get_many(["n", "m", "a", "down"])).entries
        assert {key: entry.value for key, entry in entries.items()} == {"n": b"0", "down": b"-1" + b"0" * 30}
        assert entries["n"].revision == 3

    on(backend, scenario)


def test_concurrent_counters_never_conflict(backend: Backend) -> None:
    """Fifty adds at once to a counter with room for twenty: twenty succeed, thirty are out of range."""

    async def scenario(storage: Storage) -> None:
        answers = await asyncio.gather(
            *(storage.commit({}, {}, {"n": Add(1, 0, 20)}) for _ in range(50)), return_exceptions=True
        )
        assert sum(isinstance(answer, Revision) for answer in answers) == 20
        assert sum(isinstance(answer, OutOfRange) for answer in answers) == 30
        entry = await storage.get("n")
        assert entry is not None and entry.value == b"20"

    on(backend, scenario)


def test_concurrent_commits_are_checked_against_each_other(backend: Backend) -> None:
    """Of ten that saw the same row only one wins, and each other commit of the moment gets a number of its own."""

    async def scenario(storage: Storage) -> None:
        racing = [storage.commit({"a": 0}, {"a": b"%d" % n, f"won/{n}": b""}, {}) for n in range(10)]
        others = [storage.commit({}, {f"other/{n}": b""}, {}) for n in range(10)]
        raced = await asyncio.gather(*racing, return_exceptions=True)
        calm = await asyncio.gather(*others)
        winners = [answer for answer in raced if isinstance(answer, Revision)]
        assert len(winners) == 1
        assert sum(isinstance(answer, Conflict) for answer in raced) == 9
        numbers = sorted(revision.number for revision in [*winners, *calm])
        assert numbers == list(range(1, 12))
        assert len((await storage.list("won/")).names) == 1

    on(backend, scenario)


def test_prefix_read_sees_the_commit_beside_it(backend: Backend) -> None:
    """Two that listed the same empty folder and each add to it: one conflicts, though they commit together."""

    async def scenario(storage: Storage) -> None:
        answers = await asyncio.gather(
            *(storage.commit({"f/": 0}, {f"f/{name}": b""}, {}) for name in "ab"), return_exceptions=True
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Revision"]

    on(backend, scenario)
