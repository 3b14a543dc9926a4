"""A transaction reads its own writes, listings and pages included: against a dictionary."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from strongroom.barrier.stable import StableValues
from strongroom.barrier.transaction import Transaction
from tests.unit.barrier.places import AREA, Note, Place, put, text_of

NAMES = ["a", "a/b", "a/b/c", "a/d", "b", "b/x/y", "c", "a!", "a0"]
FOLDERS = ["", "a/", "a/b/", "b/", "none/"]

names = st.sampled_from(NAMES)
stored = st.dictionaries(names, st.just("stored"), max_size=6)
writes = st.lists(st.tuples(names, st.sampled_from(["one", "two", None])), max_size=8)
pages = st.tuples(
    st.sampled_from(FOLDERS), st.sampled_from(["", "a", "a/", "b", "b/", "zz"]), st.none() | st.integers(0, 4)
)


def listed(model: dict[str, str], folder: str, after: str, limit: int | None, *, deep: bool) -> list[str]:
    """What a listing of the model is."""
    below = [name[len(folder) :] for name in model if name.startswith(folder)]
    found = below if deep else [rest if "/" not in rest else rest[: rest.index("/") + 1] for rest in below]
    return sorted({name for name in found if name > after})[:limit]


@settings(max_examples=150, deadline=None)
@example({"a": "x", "a/b": "x", "b": "x", "c": "x"}, [("a", None), ("a/b", None), ("b", None)], [("", "", 1)])
@example({"a": "x", "b": "x", "c": "x"}, [("a0", "one"), ("a", None)], [("", "a", 1), ("", "", 2)])
@given(stored, writes, st.lists(pages, min_size=1, max_size=6))
async def test_own_writes_are_seen(
    before: dict[str, str], changes: list[tuple[str, str | None]], asked: list[tuple[str, str, int | None]]
) -> None:
    """After any writes and removals over any stored rows, reads, listings and scans are those of a dictionary.

    The transaction knows below which folders it has written.
    """
    place = await Place().start()
    barrier = await place.process()
    if before:
        await put(barrier, dict(before))
        await barrier.sync()
    txn = Transaction(barrier, StableValues())
    model = dict(before)
    for name, text in changes:
        if text is None:
            txn.delete(AREA + name)
            model.pop(name, None)
        else:
            txn.write(AREA + name, Note(text=text))
            model[name] = text
        assert await text_of(txn, name) == text
    for folder, after, limit in asked:
        written = [name.startswith((folder, "c")) for name, _ in changes]
        assert txn.has_written_below(AREA + folder, AREA + "c") == any(written)
        assert await txn.list(AREA + folder, after, limit) == listed(model, folder, after, limit, deep=False)
        assert await txn.scan(AREA + folder, after, limit) == listed(model, folder, after, limit, deep=True)
    for name in NAMES:
        assert await text_of(txn, name) == model.get(name)
    await txn.commit()
    rows = await place.storage.scan(AREA)
    assert rows.names == sorted(model)


async def test_plain_rows_are_read_back() -> None:
    """Bytes that the barrier doesn't encrypt are seen by the transaction that wrote or removed them."""
    barrier = await (await Place().start()).process()
    txn = Transaction(barrier, StableValues())
    assert await txn.read_plain(AREA + "p") is None
    txn.write_plain(AREA + "p", b"bytes")
    assert await txn.read_plain(AREA + "p") == b"bytes"
    txn.delete(AREA + "p")
    assert await txn.read_plain(AREA + "p") is None
