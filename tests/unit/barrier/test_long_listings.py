"""A long listing is of the revision at which it was begun: whoever only reads isn't run again for later changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import LONG_LISTING, Transaction, transact
from tests.unit.barrier.places import AREA, ROOT_KEY, Note, Place, StalledAnswer, counted, put

FOLDER = AREA + "many/"
NAMES = [f"{number:05}" for number in range(LONG_LISTING)]
Then = Callable[[Transaction], Awaitable[object]]


async def overtaken(then: Then, count: int = LONG_LISTING) -> tuple[int, list[str]]:
    """List a folder in which another process writes meanwhile, then go on.

    Returns: how often the transaction ran, and the names that it found last.
    """
    place = await Place().start()
    other = await place.process()
    await put(other, {f"many/{name}": "" for name in NAMES[:count]} | {"still": "", "moved": ""})
    stalled = StalledAnswer(place.storage, "list")
    here = await Barrier.open(stalled, ROOT_KEY, place.random)
    runs = 0

    async def body(txn: Transaction, run: int) -> list[str]:
        nonlocal runs
        runs = run + 1
        names = await txn.list(FOLDER)
        await then(txn)
        return names

    async with asyncio.timeout(10):
        running = asyncio.create_task(transact(here, counted(body)))
        await stalled.answered.wait()
        await put(other, {"many/new": "", "moved": "yes", "others/new": ""})
        await here.sync()
        stalled.go_on.set()
        names = await running
    return runs, names


async def nothing(_txn: Transaction) -> None:
    """Only list."""


async def read_what_stayed(txn: Transaction) -> None:
    """Read a row that is as it was when the listing was begun."""
    await txn.read(AREA + "still", Note)


async def read_what_moved(txn: Transaction) -> None:
    """Read a row that is younger than the listing."""
    await txn.read(AREA + "moved", Note)


async def list_what_moved(txn: Transaction) -> None:
    """List a folder that is younger than the listing."""
    await txn.list(AREA + "others/")


async def write(txn: Transaction) -> None:
    """Write something that may follow from the listing."""
    txn.write(AREA + "written", Note())


async def derive(txn: Transaction) -> None:
    """Make a value that others would use."""

    async def build(inner: Transaction) -> int:
        return len(await inner.list(AREA + "others/"))

    await txn.derived("value", build)


@pytest.mark.parametrize("then", [nothing, read_what_stayed])
async def test_whoever_only_reads_is_not_run_again(then: Then) -> None:
    """The answer is of one revision, after the request began."""
    assert await overtaken(then) == (1, NAMES)


@pytest.mark.parametrize("then", [read_what_moved, list_what_moved, write, derive])
async def test_what_would_mix_two_revisions_is_run_again(then: Then) -> None:
    """And so is what may follow from a listing that holds no more."""
    assert await overtaken(then) == (2, [*NAMES, "new"])


async def test_a_short_listing_is_run_again() -> None:
    """It takes no time."""
    assert await overtaken(nothing, 10) == (2, [*NAMES[:10], "new"])


async def test_nothing_is_remembered_of_it() -> None:
    """Later requests see the change."""
    made = []

    async def remember(txn: Transaction) -> None:
        made.append(txn.derive("value"))

    assert await overtaken(remember) == (1, NAMES)
    assert made == [None]
