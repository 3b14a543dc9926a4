"""The storage contract, sentence by sentence, on every backend."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import Conflict, FeedTooOld, InvalidRequest, OutOfRange, StorageError
from strongroom.storage.base import Add, Revision, Storage
from tests.conformance.storage.backends import Backend, on


def put(*keys: str, value: bytes = b"v") -> dict[str, bytes | None]:
    """Writes of the same value to several keys."""
    return dict.fromkeys(keys, value)


def test_empty_store_is_at_revision_zero(backend: Backend) -> None:
    """A store that was never written is at number 0 with an empty id, and has no rows."""

    async def scenario(storage: Storage) -> None:
        assert await storage.synced() == Revision(0, b"")
        assert await storage.get("a") is None
        assert (await storage.list("")).names == []
        assert await storage.changed_since(Revision(0, b"")) == []

    on(backend, scenario)


def test_commit_numbers_follow_each_other(backend: Backend) -> None:
    """Every commit gets the next number and an id of 16 bytes of its own; the row remembers the number."""

    async def scenario(storage: Storage) -> None:
        first = await storage.commit({}, {"a": b"1", "b/c": b""}, {})
        second = await storage.commit({}, {"a": b"2"}, {})
        assert (first.number, second.number) == (1, 2)
        assert len(first.id) == len(second.id) == 16
        assert first.id != second.id
        entry, empty = await storage.get("a"), await storage.get("b/c")
        assert entry is not None and (entry.value, entry.revision) == (b"2", 2)
        assert empty is not None and (empty.value, empty.revision) == (b"", 1)
        assert await storage.synced() == second

    on(backend, scenario)


def test_values_are_opaque(backend: Backend) -> None:
    """Any bytes come back as they went in, a megabyte too."""

    async def scenario(storage: Storage) -> None:
        values = {"zeros": bytes(7), "all": bytes(range(256)), "large": bytes(range(256)) * 4096}
        await storage.commit({}, dict(values), {})
        entries = (await storage.get_many(values)).entries
        assert {key: entry.value for key, entry in entries.items()} == values

    on(backend, scenario)


def test_get_many_is_one_snapshot_of_what_exists(backend: Backend) -> None:
    """Only keys that exist are in the answer, which names its revision."""

    async def scenario(storage: Storage) -> None:
        await storage.commit({}, put("a", "b"), {})
        await storage.commit({}, {"b": None}, {})
        snapshot = await storage.get_many(["a", "b", "c", "a"])
        assert snapshot.revision == 2
        assert snapshot.entries.keys() == {"a"}
        assert (await storage.get_many([])).entries == {}

    on(backend, scenario)


def test_get_many_of_many_keys(backend: Backend) -> None:
    """A thousand keys at once are no problem."""

    async def scenario(storage: Storage) -> None:
        keys = [f"k/{number:04}" for number in range(1000)]
        await storage.commit({}, put(*keys), {})
        assert (await storage.get_many(keys)).entries.keys() == set(keys)

    on(backend, scenario)


def test_what_cannot_be_a_key_is_absent(backend: Backend) -> None:
    """Reading a text that no key can be answers as for any absent key."""

    async def scenario(storage: Storage) -> None:
        for text in ("", "a/", "/", "a//b", "nul\0", "surrogate\ud800"):
            assert await storage.get(text) is None
            assert (await storage.get_many([text])).entries == {}

    on(backend, scenario)


def test_names_are_distinct_segments(backend: Backend) -> None:
    """A leaf gives its name, keys below give the segment with a slash once; both may exist."""

    async def scenario(storage: Storage) -> None:
        revision = await storage.commit({}, put("p/a", "p/a/1", "p/a/2/3", "p/b", "q"), {})
        listing = await storage.list("p/")
        assert (listing.names, listing.revision) == (["a", "a/", "b"], revision.number)
        assert (await storage.list("")).names == ["p/", "q"]
        assert (await storage.list("p/a/")).names == ["1", "2/"]
        assert (await storage.list("p/b/")).names == []

    on(backend, scenario)


def test_order_is_by_code_point(backend: Backend) -> None:
    """Names sort by code point: not by locale, nor by UTF-16 unit; what sorts between `a` and `a/` stands there."""

    async def scenario(storage: Storage) -> None:
        names = ["a", "a-b", "a.b", "a/", "a0", "B", "b", "é", "z", "\uffff", "\U0001f600", "_", " "]
        await storage.commit({}, put(*(f"o/{name}x" if name.endswith("/") else f"o/{name}" for name in names)), {})
        assert (await storage.list("o/")).names == sorted(names)

    on(backend, scenario)


@pytest.mark.parametrize(
    ("after", "names"),
    [
        ("", ["a", "a-b", "a/", "b"]),
        ("a", ["a-b", "a/", "b"]),
        ("a-b", ["a/", "b"]),
        ("a/", ["b"]),
        ("a/1", ["b"]),
        ("a0", ["b"]),
        ("A", ["a", "a-b", "a/", "b"]),
        ("b", []),
        ("c/d", []),
    ],
)
def test_list_after(backend: Backend, after: str, names: list[str]) -> None:
    """`after` drops every name up to and including it, whether or not it exists; `limit` caps what remains."""

    async def scenario(storage: Storage) -> None:
        await storage.commit({}, put("p/a", "p/a-b", "p/a/1", "p/a/2", "p/b", "q"), {})
        assert (await storage.list("p/", after)).names == names
        for limit in range(4):
            assert (await storage.list("p/", after, limit)).names == names[:limit]

    on(backend, scenario)


def test_scan_gives_whole_remainders(backend: Backend) -> None:
    """`scan` names every key below the prefix by its remainder, with `after` and `limit` as in `list`."""

    async def scenario(storage: Storage) -> None:
        await storage.commit({}, put("p/a", "p/a-b", "p/a/1", "p/a/2/3", "q"), {})
        names = ["a", "a-b", "a/1", "a/2/3"]
        listing = await storage.scan("p/")
        assert (listing.names, listing.revision) == (names, 1)
        assert (await storage.scan("")).names == ["p/" + name for name in names] + ["q"]
        assert (await storage.scan("p/", "a-b")).names == ["a/1", "a/2/3"]
        assert (await storage.scan("p/", "a/", 1)).names == ["a/1"]
        assert (await storage.scan("p/", "", 0)).names == []
        assert (await storage.scan("p/", "zz")).names == []

    on(backend, scenario)


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


@pytest.mark.parametrize("key", ["", "/", "a/", "/a", "a//b", "nul\0", "surrogate\ud800", "x" * 3000, "é" * 1100])
def test_malformed_keys_are_refused(backend: Backend, key: str) -> None:
    """A malformed key is an invalid request wherever it stands, and nothing is written."""

    async def scenario(storage: Storage) -> None:
        with pytest.raises(InvalidRequest):
            await storage.commit({}, {"a": b"", key: b""}, {})
        with pytest.raises(InvalidRequest):
            await storage.commit({}, {"a": b""}, {key: Add(1, 0, 1)})
        if key != "a/":
            with pytest.raises(InvalidRequest):
                await storage.commit({key: 0}, {"a": b""}, {})
        assert await storage.get("a") is None

    on(backend, scenario)


def test_malformed_listings_are_refused(backend: Backend) -> None:
    """A prefix without its slash, or a negative limit, is an invalid request."""

    async def scenario(storage: Storage) -> None:
        for call in (storage.list, storage.scan):
            for prefix in ("a", "/", "a//", "\0/", "\ud800/"):
                with pytest.raises(InvalidRequest):
                    await call(prefix)
            with pytest.raises(InvalidRequest):
                await call("a/", "", -1)
            with pytest.raises(InvalidRequest):
                await call("a/", "\ud800")

    on(backend, scenario)


def test_limits_are_kept(backend: Backend) -> None:
    """What fills the limits goes through; one more key, a longer value, more bytes or a key twice do not."""

    async def scenario(storage: Storage) -> None:
        limits = storage.limits
        full = put(*(f"k/{number}" for number in range(limits.keys)), value=b"")
        await storage.commit({}, full, {})
        with pytest.raises(InvalidRequest):
            await storage.commit({"one": 0}, full, {})
        with pytest.raises(InvalidRequest):
            await storage.commit({}, {"a": bytes(limits.value_bytes + 1)}, {})
        many = limits.bytes // limits.value_bytes + 1
        with pytest.raises(InvalidRequest):
            await storage.commit({}, put(*(f"v/{n}" for n in range(many)), value=bytes(limits.value_bytes)), {})
        with pytest.raises(InvalidRequest):
            await storage.commit({}, {"a": b""}, {"a": Add(1, 0, 1)})
        assert (await storage.synced()).number == 1

    on(backend, scenario)


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
        assert 29 < fence.expires_at - await storage.now() <= 30
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


def test_a_closed_store_refuses(backend: Backend) -> None:
    """Closing finishes what was admitted; after it every call is a storage error."""

    async def main() -> None:
        storage = backend.open()
        await storage.start()
        admitted = [asyncio.create_task(storage.commit({}, put(f"a/{n}"), {})) for n in range(5)]
        await asyncio.sleep(0)
        await storage.close()
        assert sorted([(await task).number for task in admitted]) == [1, 2, 3, 4, 5]
        for call in (storage.get("a"), storage.commit({}, put("a"), {}), storage.synced(), storage.list("")):
            with pytest.raises(StorageError):
                await call

    asyncio.run(main())


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
