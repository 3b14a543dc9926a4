"""Any sequence of calls answers as a plain dictionary would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.lib.errors import Conflict, OutOfRange
from strongroom.storage.base import Add, Fence, Revision, Storage
from tests.conformance.storage.backends import Backend, on

SEGMENTS = st.sampled_from(["a", "b", "a-b", "a.", "a0", "é", "\uffff", "\U0001f600"])
KEYS = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join)
PREFIXES = st.lists(SEGMENTS, max_size=2).map(lambda parts: "".join(part + "/" for part in parts))
COUNTERS = st.sampled_from(["n/1", "n/2"])
BACK = st.integers(0, 3)


@dataclass
class Model:
    """The store as a dictionary and a list of past commits."""

    rows: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    past: list[tuple[Revision, frozenset[str]]] = field(default_factory=list)
    fence: Fence | None = None

    @property
    def newest(self) -> Revision:
        return self.past[-1][0] if self.past else Revision(0, b"")

    def before(self, steps: int) -> Revision:
        """The revision some commits back."""
        index = len(self.past) - steps - 1
        return self.past[index][0] if index >= 0 else Revision(0, b"")

    def changed(self, since: int, until: int | None = None) -> set[str]:
        most = self.newest.number if until is None else until
        return {key for revision, keys in self.past if since < revision.number <= most for key in keys}

    def revision(self, key: str) -> int:
        return self.rows[key][1] if key in self.rows else 0

    def names(self, prefix: str, deep: bool) -> list[str]:
        rests = [key[len(prefix) :] for key in self.rows if key.startswith(prefix)]
        if deep:
            return sorted(rests)
        return sorted({head + slash for head, slash, _ in (rest.partition("/") for rest in rests)})


Step = Callable[[Storage, Model], Awaitable[None]]


def read(keys: list[str]) -> Step:
    """`get` and `get_many` agree with the dictionary."""

    async def step(storage: Storage, model: Model) -> None:
        snapshot = await storage.get_many(keys)
        assert snapshot.revision == model.newest.number
        got = {key: (entry.value, entry.revision) for key, entry in snapshot.entries.items()}
        assert got == {key: model.rows[key] for key in keys if key in model.rows}
        for key in keys[:1]:
            assert await storage.get(key) == snapshot.entries.get(key)

    return step


def page(prefix: str, after: str, limit: int | None, deep: bool) -> Step:
    """`list` and `scan` agree with the dictionary."""

    async def step(storage: Storage, model: Model) -> None:
        listing = await (storage.scan if deep else storage.list)(prefix, after, limit)
        assert listing.revision == model.newest.number
        assert listing.names == [name for name in model.names(prefix, deep) if name > after][:limit]

    return step


def commit(
    reads: dict[str, bool], prefixes: dict[str, int], writes: dict[str, bytes | None], adds: dict[str, Add]
) -> Step:
    """A commit conflicts, overflows or applies as the dictionary says."""

    async def step(storage: Storage, model: Model) -> None:
        seen = {key: model.revision(key) + (not honest) for key, honest in reads.items()}
        listed = {prefix: model.before(back).number for prefix, back in prefixes.items() if prefix}
        stale = not all(reads.values()) or any(
            key.startswith(prefix) for prefix, since in listed.items() for key in model.changed(since)
        )
        totals = {key: int(model.rows.get(key, (b"0", 0))[0]) + add.delta for key, add in adds.items()}
        over = any(not add.minimum <= totals[key] <= add.maximum for key, add in adds.items())
        try:
            revision = await storage.commit(seen | listed, writes, adds)
        except Conflict:
            assert stale
            return
        except OutOfRange:
            assert over and not stale
            return
        assert not stale and not over
        changes = writes | {key: b"%d" % total for key, total in totals.items()}
        if not changes:
            assert revision == model.newest
            return
        assert revision.number == model.newest.number + 1
        for key, value in changes.items():
            if value is None:
                model.rows.pop(key, None)
            else:
                model.rows[key] = (value, revision.number)
        model.past.append((revision, frozenset(changes)))

    return step


def feed(back: int) -> Step:
    """`changed_since` and `synced` agree with the list of past commits."""

    async def step(storage: Storage, model: Model) -> None:
        assert await storage.synced() == model.newest
        since = model.before(back)
        changed = await storage.changed_since(since)
        assert len(changed) == len(set(changed))
        assert set(changed) == model.changed(since.number)

    return step


def delta(back: int, limit: int | None) -> Step:
    """`delta` has the rows of whole commits, as they are now; asked again and again it ends with all changes."""

    async def step(storage: Storage, model: Model) -> None:
        since = model.before(back)
        wanted = model.changed(since.number)
        seen: set[str] = set()
        while True:
            found = await storage.delta(since, limit)
            assert found.revision == model.newest
            assert found.complete == (found.through == model.newest)
            assert set(found.entries) == model.changed(since.number, found.through.number)
            for key, entry in found.entries.items():
                assert (None if entry is None else (entry.value, entry.revision)) == model.rows.get(key)
            seen |= set(found.entries)
            if found.complete:
                break
            assert limit is not None
            assert len(found.entries) >= limit
            assert found.through.number > since.number
            since = found.through
        assert seen == wanted

    return step


def role(holder: str | None) -> Step:
    """A role is taken, prolonged and given back as the dictionary's row says."""

    async def step(storage: Storage, model: Model) -> None:
        held = model.fence
        if holder is None:
            if held is not None:
                await storage.unlock(held)
                del model.rows[held.key]
                model.past.append((await storage.synced(), frozenset([held.key])))
                model.fence = None
            return
        fence = await storage.lock("r", holder, 1000.0)
        if held is not None and held.holder != holder:
            assert fence is None
            return
        assert fence is not None
        if held is None:
            assert fence.revision == model.newest.number + 1
            model.rows[fence.key] = (holder.encode(), fence.revision)
            model.past.append((await storage.synced(), frozenset([fence.key])))
        else:
            assert fence.revision == held.revision
        model.fence = fence

    return step


VALUES = st.none() | st.binary(max_size=6)
ADDS = st.builds(Add, st.integers(-3, 5), st.just(0), st.just(9))
STEPS = st.one_of(
    st.builds(read, st.lists(KEYS, max_size=4)),
    st.builds(page, PREFIXES, st.just("") | KEYS | PREFIXES, st.none() | st.integers(0, 4), st.booleans()),
    st.builds(
        commit,
        st.dictionaries(KEYS, st.sampled_from([True, True, True, False]), max_size=2),
        st.dictionaries(PREFIXES, BACK, max_size=1),
        st.dictionaries(KEYS, VALUES, max_size=4),
        st.dictionaries(COUNTERS, ADDS, max_size=2),
    ),
    st.builds(commit, st.just({}), st.just({}), st.dictionaries(KEYS, VALUES, max_size=4), st.just({})),
    st.builds(feed, BACK),
    st.builds(delta, BACK, st.none() | st.integers(0, 3)),
    st.builds(role, st.none() | st.sampled_from(["one", "two"])),
)


EXAMPLES = 60
EXAMPLES_OF_SERVERS = 15
"""The servers' answers take most of the time; what is decided without them is the same for all."""


def test_answers_as_a_dictionary_would(backend: Backend) -> None:
    """Reads, listings, commits, counters, the feed and roles agree with the model after every step."""

    async def scenario(storage: Storage, steps: list[Step]) -> None:
        model = Model()
        for step in steps:
            await step(storage, model)

    @settings(max_examples=EXAMPLES if backend.open().immediate else EXAMPLES_OF_SERVERS, deadline=None)
    @given(steps=st.lists(STEPS, max_size=25))
    def answers(steps: list[Step]) -> None:
        backend.reset()
        on(backend, partial(scenario, steps=steps))

    answers()
