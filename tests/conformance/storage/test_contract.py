"""The storage contract: rows, snapshots and listings, and the form of keys, on every backend."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.storage.base import Add, Revision, Storage
from strongroom.storage.keys import KEY_BYTES
from tests.conformance.storage.backends import Backend, on, put


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


_ALIKE = (
    "a|A|a | a|a\t|a\n|a\r\n|\uff41|\u00e1|a\u0301|a\u200d|\ufeffa|ß|ss|\u1e9e|i|\u0130|\u0131|%|%25|%2525|a%2Fb|a/b"
    "|a\\b|=2E|=3D|=|.|..|a.|a..b|~|?a|#a|a&b=c|+|*|'|''|\"|`|\\|\\'|_|--|;|$1|{a}|%s|%(a)s|\x01|\x7f|\x85|\u2028|\ue000"
    "|\ufffd|\uffff|\U0001f511|\U0010ffff|head|rows/a|feed/1|vv|dd/v|NULL|0|-1|CON|None"
)


def test_keys_that_look_alike_are_different(backend: Backend) -> None:
    """Of case, blanks, composed letters, escapes, and what a store's language or layout takes for something."""

    alike = _ALIKE.split("|")

    async def scenario(storage: Storage) -> None:
        await storage.commit(dict.fromkeys(alike, 0), {key: key.encode() for key in alike}, {})
        assert sorted(await storage.changed_since(Revision(0, b""))) == sorted(alike)
        assert (await storage.scan("")).names == sorted(alike)
        found = (await storage.get_many(alike)).entries
        assert {key: entry.value.decode() for key, entry in found.items()} == {key: key for key in alike}
        for place, key in enumerate(alike):
            entry = await storage.get(key)
            assert entry is not None and entry.value == key.encode()
            if place % 3 == 0:
                assert (await storage.scan("", key, 1)).names == sorted(alike)[sorted(alike).index(key) + 1 :][:1]
        removed = alike[::2]
        await storage.commit(dict.fromkeys(removed, 1), dict.fromkeys(removed), {})
        assert (await storage.scan("")).names == sorted(alike[1::2])

    on(backend, scenario)


@pytest.mark.parametrize("letter", ["k", "é", "\U0001f511"])
def test_a_key_has_the_same_limit_everywhere(backend: Backend, letter: str) -> None:
    """Sixty segments, and a key of 2,048 bytes of UTF-8; one byte more is the client's mistake, as a longer one is."""
    deep = "/".join(f"{letter}{number}" for number in range(60))
    longest = letter * (KEY_BYTES // len(letter.encode()))

    async def scenario(storage: Storage) -> None:
        await storage.commit({}, {deep: b"deep", longest: b"long"}, {})
        found = (await storage.get_many([deep, longest])).entries
        assert {key: entry.value for key, entry in found.items()} == {deep: b"deep", longest: b"long"}
        assert (await storage.scan(f"{deep.rpartition('/')[0]}/")).names == [f"{letter}59"]
        for key in (f"{longest}x", "x/" * 2000 + "x"):
            with pytest.raises(InvalidRequest, match=f"it may take {KEY_BYTES} bytes"):
                await storage.commit({}, {key: b""}, {})

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
