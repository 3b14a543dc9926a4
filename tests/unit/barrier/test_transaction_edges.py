"""Rare paths of a transaction: what it refuses to mix up, and what it asks again."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.barrier.settling import settled
from strongroom.barrier.stable import Restart, StableValues
from strongroom.barrier.transaction import OPTIMISTIC_ATTEMPTS, Transaction, transact
from strongroom.lib.errors import CommitUnknown, Conflict, Internal, StorageError, Unavailable
from strongroom.storage.base import Add
from tests.sim.faulty_storage import Fail, Plan, Unknown
from tests.unit.barrier.places import AREA, Note, Place, SecretNote, counted, get, put, text_of

COUNTER = AREA + "counter"


async def test_what_was_written_as_one_kind_is_not_read_as_another() -> None:
    """Neither a record as another record, nor a record as plain bytes: that would be a fault of ours."""
    barrier = await (await Place().start()).process()
    txn = Transaction(barrier, StableValues())
    txn.write(AREA + "a", Note(text="x"))
    with pytest.raises(Internal) as caught:
        await txn.read(AREA + "a", SecretNote)
    assert "Note" in caught.value.detail
    with pytest.raises(Internal):
        await txn.read_plain(AREA + "a")
    assert await txn.read(AREA + "a", Note) == Note(text="x")
    txn.delete(AREA + "a")
    assert await txn.read(AREA + "a", SecretNote) is None
    assert await txn.read_plain(AREA + "a") is None


async def test_a_counter_is_what_was_committed() -> None:
    """0 when it never moved; a move is seen after the commit, not before it."""
    barrier = await (await Place().start()).process()
    txn = Transaction(barrier, StableValues())
    assert await txn.counter(COUNTER) == 0
    txn.add(COUNTER, 2, 0, 9)
    assert await txn.counter(COUNTER) == 0
    await txn.commit()
    assert await transact(barrier, lambda other: other.counter(COUNTER)) == 2
    assert await transact(barrier, lambda other: other.counter(COUNTER + "-other")) == 0


async def _move(txn: Transaction, key: str) -> None:
    txn.add(key, 1, 0, 9)


async def test_charges_of_one_request_are_told_apart_by_name() -> None:
    """Each name is charged once, however often it is asked for."""
    barrier = await (await Place().start()).process()

    async def body(txn: Transaction) -> None:
        for name in ("one", "two", "one"):
            await txn.charge(name, {COUNTER: Add(1, 0, 9)})

    await transact(barrier, body)
    assert await transact(barrier, lambda txn: txn.counter(COUNTER)) == 2


@pytest.mark.parametrize("writes", [False, True])
async def test_a_commit_rests_on_every_row_that_was_read(writes: bool) -> None:
    """With nothing to write, too, as soon as this process has heard of the change; a row unread is no concern."""
    place = await Place().start()
    here, other = await place.process(), await place.process()
    await put(other, {"a": "1", "b": "1"})
    await here.sync()
    for changed, fits in (("a", False), ("b", True)):
        txn = Transaction(here, StableValues())
        await text_of(txn, "a")
        if writes:
            txn.write(AREA + "c", Note())
        await put(other, {changed: "2"})
        await here.sync()
        if fits:
            txn.revalidate()
            await txn.commit()
        else:
            with pytest.raises(Restart):
                await txn.commit()
            with pytest.raises(Restart):
                txn.revalidate()


async def test_plain_rows_are_in_the_read_set() -> None:
    """A write that rests on a plain row isn't committed once that has changed."""
    place = await Place().start()
    here, other = await place.process(), await place.process()
    txn = Transaction(here, StableValues())
    assert await txn.counter(COUNTER) == 0
    txn.write(AREA + "a", Note())
    await transact(other, lambda their: _move(their, COUNTER))
    with pytest.raises(Restart):
        await txn.commit()
    assert await get(other, "a") is None


async def test_a_derived_value_shows_what_is_committed() -> None:
    """Not what this transaction has written itself; a write beside it changes nothing of it."""
    place = await Place().start()
    here = await place.process()
    await put(here, {"a": "old"})

    async def body(txn: Transaction) -> tuple[str | None, str | None]:
        txn.write(AREA + "a", Note(text="new"))
        return await txn.derived("a", lambda inner: text_of(inner, "a")), await text_of(txn, "a")

    assert await transact(here, body) == ("old", "new")
    assert await transact(here, lambda txn: txn.derived("a", lambda inner: text_of(inner, "a"))) == "new"


async def test_a_derived_value_of_a_listing_is_in_the_read_set() -> None:
    """A write that rests on a value made from a folder runs again when something is added to the folder first."""
    place = await Place().start()
    here, other = await place.process(), await place.process()
    await put(other, {"folder/a": "1"})

    async def body(txn: Transaction, run: int) -> int:
        names = await txn.derived("names", lambda inner: inner.list(AREA + "folder/"))
        if run == 0:
            await put(other, {"folder/b": "1"})
        txn.write(AREA + "count", Note(text=str(len(names))))
        return run

    assert await transact(here, counted(body)) == 1
    assert await get(other, "count") == "2"


async def test_a_lost_answer_is_asked_for_until_the_store_answers() -> None:
    """A store that is away for a moment is asked again, under its lock; what it then says counts."""
    plan = Plan(commit=[Unknown(True)], committed=[Fail()])
    here = await (await Place().start()).process(plan)
    await put(here, {"a": "1"})
    assert plan.calls["committed"] == 2
    assert plan.calls["exclusive"] == 2
    assert await get(here, "a") == "1"


async def test_other_errors_than_the_stores_end_the_asking() -> None:
    """What is no failure of the store isn't waited out."""
    plan = Plan(committed=[Fail(RuntimeError("a fault of ours"))])
    here = await (await Place().start()).process(plan)
    with pytest.raises(RuntimeError):
        await settled(here.storage, CommitUnknown(revision_id=b"x" * 16))
    assert plan.calls["committed"] == 1


async def test_an_exclusive_run_ends_with_the_error_of_its_commit() -> None:
    """A store that fails while all others wait fails the request, which leaves nothing; the others go on."""
    plan = Plan(commit=[*[Fail(Conflict())] * OPTIMISTIC_ATTEMPTS, Fail()])
    place = await Place().start()
    here, other = await place.process(plan), await place.process()
    with pytest.raises(StorageError):
        await put(here, {"a": "1"})
    assert await get(other, "a") is None
    await put(other, {"a": "2"})
    assert await get(here, "a") == "2"


async def test_a_folder_is_listed_until_the_last_row_below_it_is_removed() -> None:
    """However deep that lies, whatever is put there meanwhile, and as it is stored by others."""
    barrier = await (await Place().start()).process()
    await put(barrier, {"f/a": "1", "f/b/c": "1", "g": "1"})
    await barrier.sync()
    txn = Transaction(barrier, StableValues())

    async def listed() -> list[str]:
        return await txn.list(AREA)

    txn.delete(AREA + "f/a")
    assert await listed() == ["f/", "g"]
    assert await txn.list(AREA + "f/") == ["b/"]
    txn.delete(AREA + "f/b/c")
    assert await listed() == ["g"]
    assert await txn.list(AREA + "f/") == []
    txn.write(AREA + "f/d/e", Note())
    assert await listed() == ["f/", "g"]
    txn.delete(AREA + "f/d/e")
    assert await listed() == ["g"]
    txn.delete(AREA + "g")
    assert await listed() == await txn.scan(AREA) == []


async def test_a_page_is_full_though_names_of_it_are_removed() -> None:
    """So many names as were asked for, after the one given, of what is left."""
    barrier = await (await Place().start()).process()
    await put(barrier, dict.fromkeys("abcdef", "1"))
    await barrier.sync()
    txn = Transaction(barrier, StableValues())
    for name in "abd":
        txn.delete(AREA + name)
    txn.write(AREA + "cc", Note())
    assert await txn.list(AREA, "", 2) == ["c", "cc"]
    assert await txn.list(AREA, "c", 2) == ["cc", "e"]
    assert await txn.list(AREA, "cc", 1) == ["e"]
    assert await txn.list(AREA, "e") == ["f"]
    assert await txn.list(AREA, "", 0) == []


@pytest.mark.parametrize("took_place", [False, True])
async def test_a_commit_of_unknown_outcome_is_never_run_again(
    took_place: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the store doesn't say whether it took place, the request fails and says so; it may have had its effect."""
    pauses = []
    turn = asyncio.sleep

    async def at_once(seconds: float) -> None:
        pauses.append(seconds)
        await turn(0)

    monkeypatch.setattr(asyncio, "sleep", at_once)

    plan = Plan(commit=[Unknown(took_place)], committed=[Fail()] * 1000)
    place = await Place().start()
    here, other = await place.process(plan), await place.process()
    runs = 0

    async def body(txn: Transaction) -> None:
        nonlocal runs
        runs += 1
        txn.add(COUNTER, 1, 0, 9)

    with pytest.raises(Unavailable, match="whether the request took effect is unknown"):
        await transact(here, body)
    assert runs == 1
    assert plan.calls["commit"] == 1
    assert len(pauses) == plan.calls["committed"] > 1
    assert await transact(other, lambda txn: txn.counter(COUNTER)) == int(took_place)


@pytest.mark.parametrize("deep", [False, True])
async def test_a_listing_newer_than_what_was_read_is_not_mixed_with_it(deep: bool) -> None:
    """A commit between a request's read and its listing, of which this process has not heard: the answer is all new."""
    place = await Place().start()
    here, other = await place.process(), await place.process()
    await put(other, {"folder/a": "1", "row": "old"})

    async def body(txn: Transaction, run: int) -> tuple[str | None, list[str]]:
        row = await text_of(txn, "row")
        if run == 0:
            await put(other, {"folder/b": "1", "row": "new"})
        return row, await (txn.scan if deep else txn.list)(AREA + "folder/")

    assert await transact(here, counted(body)) == ("new", ["a", "b"])
