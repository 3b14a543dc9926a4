"""Values that a transaction remembers: when they count, and what they make the next transaction depend on."""

from __future__ import annotations

import pytest

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.record import Record
from strongroom.barrier.stable import Restart, StableValues
from strongroom.barrier.transaction import Transaction, transact
from tests.unit.barrier.places import Place


class Word(Record, frozen=True, tag="remembered-word"):
    """A row."""

    text: str = ""


async def write(barrier: Barrier, key: str, text: str = "x") -> None:
    """Commit a row."""

    async def body(txn: Transaction) -> None:
        txn.write(key, Word(text=text))

    await transact(barrier, body)


async def begun() -> tuple[Barrier, Barrier]:
    """Two processes of a store with two rows."""
    place = await Place().start()
    barrier = await place.process()
    await write(barrier, "shared/root/a")
    await write(barrier, "shared/root/folder/b")
    return barrier, await place.process()


async def remember(barrier: Barrier, until: float = 0) -> None:
    """Remember a value that is made of a row, of a folder's names, and of a derived value of another row."""

    async def inner(txn: Transaction) -> str:
        row = await txn.read("shared/root/inner", Word)
        return row.text if row is not None else ""

    async def body(txn: Transaction) -> None:
        await txn.read("shared/root/a", Word)
        await txn.list("shared/root/folder/")
        await txn.derived("inner", inner)
        txn.lasts(until)
        txn.remember("value", "kept")

    await transact(barrier, body)


async def recalled(barrier: Barrier, now: float = 1.0) -> object:
    """What is remembered."""

    async def body(txn: Transaction) -> object:
        return txn.recall("value", now)

    return await transact(barrier, body)


@pytest.mark.parametrize("where", ["here", "in another process"])
@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("shared/root/a", None),
        ("shared/root/folder/c", None),
        ("shared/root/inner", None),
        ("shared/root/other", "kept"),
    ],
)
async def test_it_ends_with_what_it_was_made_of(key: str, kept: object, where: str) -> None:
    """A row that was read, a name below a listed folder, a row of a derived value; whoever changes it."""
    barrier, other = await begun()
    await remember(barrier)
    assert await recalled(barrier) == "kept"
    await write(barrier if where == "here" else other, key, "new")
    assert await recalled(barrier) == kept


async def test_it_ends_with_its_time() -> None:
    """At the first of the times that were noted, to the moment; a transaction that recalls it has that bound too."""
    barrier, _ = await begun()
    await remember(barrier, until=5.0)
    assert (await recalled(barrier, 4.999), await recalled(barrier, 5.0)) == ("kept", None)

    async def body(txn: Transaction) -> float:
        txn.recall("value", 1.0)
        txn.lasts(7.0)
        return txn.until

    assert await transact(barrier, body) == 5.0


@pytest.mark.parametrize("key", ["shared/root/a", "shared/root/folder/c", "shared/root/inner"])
async def test_who_recalls_it_depends_on_the_same(key: str) -> None:
    """A commit that follows from a remembered value is refused once something has changed that led to it."""
    barrier, other = await begun()
    await remember(barrier)
    await barrier.sync()
    txn = Transaction(barrier, StableValues())
    assert txn.recall("value", 1.0) == "kept"
    txn.write("shared/root/result", Word())
    await write(other, key, "new")
    with pytest.raises(Restart):
        await txn.commit()


@pytest.mark.parametrize("what", ["write", "counter", "stable value"])
async def test_only_reads_are_remembered(what: str) -> None:
    """A transaction that writes, or that drew a value of its own request, keeps nothing."""
    barrier, _ = await begun()

    async def body(txn: Transaction) -> None:
        if what == "write":
            txn.write("shared/root/new", Word())
        elif what == "counter":
            txn.add("shared/root/counter", 1, 0, 10)
        else:
            txn.once("drawn", lambda: 1)
        txn.remember("value", "kept")

    await transact(barrier, body)
    assert await recalled(barrier) is None


async def test_a_new_history_ends_everything() -> None:
    """When the whole cache is dropped, so is what was remembered, also what is in hand."""
    barrier, _ = await begun()
    await remember(barrier)
    kept = barrier.cache.derived("value")
    assert kept is not None
    barrier.cache.clear(barrier.revision)
    assert not kept.holds
    assert barrier.cache.derived("value") is None
