"""The storage contract: the change feed, roles, exclusive holds, and the end of a store, on every backend."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import Conflict, FeedTooOld, InvalidRequest, StorageError
from strongroom.storage.base import Add, Revision, Storage
from tests.conformance.storage.backends import Backend, on, put


def test_changed_since_names_each_key_once(backend: Backend) -> None:
    """The keys written, counted or removed after a revision, each once; none after the newest."""

    async def scenario(storage: Storage) -> None:
        nothing = await storage.synced()
        first = await storage.commit({}, put("a", "b"), {})
        await storage.commit({}, {"b": None, "c": b""}, {"n": Add(1, 0, 9)})
        last = await storage.commit({}, {"c": b"2"}, {})
        assert sorted(await storage.changed_since(nothing)) == ["a", "b", "c", "n"]
        assert sorted(await storage.changed_since(first)) == ["b", "c", "n"]
        assert await storage.changed_since(last) == []

    on(backend, scenario)


def test_changed_since_another_history_is_too_old(backend: Backend) -> None:
    """A revision whose id the history does not hold, or whose number lies ahead, drops every cache."""

    async def scenario(storage: Storage) -> None:
        first = await storage.commit({}, put("a"), {})
        last = await storage.commit({}, put("b"), {})
        for number, revision_id in ((1, last.id), (2, first.id), (2, bytes(16)), (3, last.id), (0, first.id)):
            with pytest.raises(FeedTooOld):
                await storage.changed_since(Revision(number, revision_id))
            with pytest.raises(FeedTooOld):
                await storage.delta(Revision(number, revision_id), 2)

    on(backend, scenario)


def test_changed_since_before_the_feed_is_too_old(backend: Backend) -> None:
    """Once the feed is pruned past a revision it is too old; the newest never is."""

    async def scenario(storage: Storage) -> None:
        nothing = await storage.synced()
        first = await storage.commit({}, put("a"), {})
        await storage.commit({}, put("b"), {})
        await backend.prune(storage)
        for revision in (nothing, first):
            with pytest.raises(FeedTooOld):
                await storage.changed_since(revision)
            with pytest.raises(FeedTooOld):
                await storage.delta(revision)
        newest = await storage.synced()
        assert await storage.changed_since(newest) == []
        await storage.commit({}, put("c"), {})
        assert await storage.changed_since(newest) == ["c"]

    on(backend, scenario)


def test_committed_knows_ids(backend: Backend) -> None:
    """An id of the history is known, another is not."""

    async def scenario(storage: Storage) -> None:
        first = await storage.commit({}, put("a"), {})
        last = await storage.commit({}, put("a"), {})
        assert await storage.committed(first.id)
        assert await storage.committed(last.id)
        assert not await storage.committed(bytes(16))

    on(backend, scenario)


def test_a_role_has_one_holder(backend: Backend) -> None:
    """A role is refused to others while its time runs; the holder prolongs it and keeps the fence's revision."""

    async def scenario(storage: Storage) -> None:
        fence = await storage.lock("expiry", "one", 30.0)
        assert fence is not None
        assert (fence.role, fence.holder) == ("expiry", "one")
        assert 29 < fence.expires_at - await storage.now() <= 30 + getattr(backend, "clock_error_s", 0.0)
        assert await storage.lock("expiry", "two", 30.0) is None
        before = await storage.synced()
        again = await storage.lock("expiry", "one", 60.0)
        assert again is not None
        assert again.revision == fence.revision
        assert again.expires_at > fence.expires_at
        assert await storage.synced() == before
        await storage.commit({fence.key: fence.revision}, put("done"), {})
        assert await storage.lock("rotation", "two", 30.0) is not None

    on(backend, scenario)


def test_a_role_passes_on_when_its_time_has_run_out(backend: Backend) -> None:
    """After the time, by the store's clock, another takes the role, and the old fence conflicts."""

    async def scenario(storage: Storage) -> None:
        old = await storage.lock("expiry", "one", 0.2)
        assert old is not None
        await backend.elapse(0.3)
        new = await storage.lock("expiry", "two", 30.0)
        assert new is not None
        with pytest.raises(Conflict):
            await storage.commit({old.key: old.revision}, put("late"), {})
        await storage.commit({new.key: new.revision}, put("done"), {})
        assert await storage.lock("expiry", "one", 30.0) is None
        await storage.unlock(old)
        assert await storage.lock("expiry", "one", 30.0) is None

    on(backend, scenario)


def test_a_role_taken_by_a_wrong_clock_passes_on(backend: Backend) -> None:
    """A hold that ends hours from now, as if the clock had been set back, keeps nobody else from the role."""

    async def scenario(storage: Storage) -> None:
        old = await storage.lock("expiry", "one", 5 * 24 * 3600.0)
        assert old is not None
        new = await storage.lock("expiry", "two", 30.0)
        assert new is not None
        with pytest.raises(Conflict):
            await storage.commit({old.key: old.revision}, put("late"), {})
        assert await storage.lock("expiry", "one", 30.0) is None

    on(backend, scenario)


def test_a_role_given_back_is_free(backend: Backend) -> None:
    """Unlocking frees the role at once, and the fence that was given back conflicts."""

    async def scenario(storage: Storage) -> None:
        old = await storage.lock("expiry", "one", 30.0)
        assert old is not None
        await storage.unlock(old)
        with pytest.raises(Conflict):
            await storage.commit({old.key: old.revision}, put("late"), {})
        new = await storage.lock("expiry", "one", 30.0)
        assert new is not None
        assert new.revision != old.revision

    on(backend, scenario)


def test_a_malformed_role_is_refused(backend: Backend) -> None:
    """A role is a key's segment."""

    async def scenario(storage: Storage) -> None:
        with pytest.raises(InvalidRequest):
            await storage.lock("", "one", 30.0)

    on(backend, scenario)


def test_exclusive_holds_off_every_other_commit(backend: Backend) -> None:
    """Inside the block reads stay true and its own commits go through; others follow when it is left."""

    async def scenario(storage: Storage) -> None:
        async with storage.exclusive(5.0) as committer:
            others = [asyncio.create_task(storage.commit({}, {"a": b"other"}, {})) for _ in range(3)]
            await asyncio.sleep(0.05)
            assert not any(task.done() for task in others)
            made = await committer.commit({"a": 0}, {"a": b"mine"}, {})
            assert await storage.synced() == made
            with pytest.raises(Conflict):
                await committer.commit({"a": 0}, {"a": b"again"}, {})
            assert await committer.commit({"a": made.number}, {}, {}) == made
            with pytest.raises(InvalidRequest):
                await committer.commit({}, {"/": b""}, {})
            assert not any(task.done() for task in others)
        assert sorted([(await task).number for task in others]) == [2, 3, 4]

    on(backend, scenario)


def test_exclusive_times_out(backend: Backend) -> None:
    """A second hold gives up after its time, and the store works on when the first is left."""

    async def scenario(storage: Storage) -> None:
        async with storage.exclusive(5.0):
            with pytest.raises(StorageError):
                async with storage.exclusive(0.05):
                    pytest.fail("two held it")
        async with storage.exclusive(5.0) as committer:
            await committer.commit({}, put("a"), {})
        await storage.commit({}, put("b"), {})

    on(backend, scenario)


def test_exclusive_waits_for_another_one(backend: Backend) -> None:
    """A second hold begins when the first is left."""

    async def scenario(storage: Storage) -> None:
        async def second() -> None:
            async with storage.exclusive(10.0) as committer:
                await committer.commit({}, put("b"), {})

        async with storage.exclusive(5.0) as committer:
            waiting = asyncio.create_task(second())
            await asyncio.sleep(0.05)
            made = await committer.commit({}, put("a"), {})
            assert not waiting.done()
        await waiting
        found = await storage.get("b")
        assert found is not None and found.revision == made.number + 1

    on(backend, scenario)


def test_exclusive_is_left_by_an_error(backend: Backend) -> None:
    """An exception inside the block ends the hold; what was committed before it stays."""

    async def scenario(storage: Storage) -> None:
        with pytest.raises(KeyError):
            async with storage.exclusive(5.0) as committer:
                await committer.commit({}, put("a"), {})
                raise KeyError
        await storage.commit({"a": 1}, put("b"), {})

    on(backend, scenario)


def test_a_caller_that_gives_up_leaves_the_store_whole(backend: Backend) -> None:
    """Cancelled commits happen wholly or not at all, and those beside them go through."""

    async def scenario(storage: Storage) -> None:
        tasks = [asyncio.create_task(storage.commit({}, put(f"a/{n}", f"b/{n}"), {})) for n in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(answer, Revision) for answer in answers[1::2])
        names = (await storage.list("a/")).names
        assert set(names) >= {str(number) for number in range(1, 20, 2)}
        assert (await storage.list("b/")).names == names
        assert (await storage.synced()).number == len(names)

    on(backend, scenario)


async def test_a_closed_store_refuses(backend: Backend) -> None:
    """Closing finishes what was admitted; after it every call is a storage error."""
    storage = backend.open()
    await storage.start()
    admitted = [asyncio.create_task(storage.commit({}, put(f"a/{n}"), {})) for n in range(5)]
    await asyncio.sleep(0)
    await storage.close()
    assert sorted([(await task).number for task in admitted]) == [1, 2, 3, 4, 5]
    for call in (storage.get("a"), storage.commit({}, put("a"), {}), storage.synced(), storage.list("")):
        with pytest.raises(StorageError):
            await call


def test_data_outlives_a_restart(backend: Backend) -> None:
    """A store opened again has its rows, its history and its roles."""

    async def first(storage: Storage) -> None:
        await storage.commit({}, put("a"), {})
        assert await storage.lock("expiry", "one", 30.0) is not None

    async def second(storage: Storage) -> None:
        assert await storage.get("a") is not None
        newest = await storage.synced()
        assert newest.number == 2
        assert await storage.changed_since(newest) == []
        assert await storage.lock("expiry", "two", 30.0) is None

    on(backend, first)
    on(backend, second)
