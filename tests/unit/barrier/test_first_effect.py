"""What has to hold before a request's first effect: asked before each, and without it there is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from strongroom.barrier.transaction import Transaction, apart, transact
from strongroom.lib.errors import Internal, InvalidRequest
from strongroom.storage.base import Add
from tests.unit.barrier.places import AREA, Note, Place

DONE: list[str] = []


async def _work() -> str:
    DONE.append("work")
    return "result"


async def _write(txn: Transaction) -> None:
    txn.write(AREA + "row", Note(text="x"))


async def _count(txn: Transaction) -> None:
    txn.add(AREA + "counter", 1, 0, 9)


async def _charge(txn: Transaction) -> None:
    await txn.charge("use", {AREA + "counter": Add(1, 0, 9)})


async def _wait(txn: Transaction) -> None:
    await txn.once.wait("waited", _work)


async def _outside(txn: Transaction) -> None:
    txn.once.outside("asked", _work)


async def _apart(txn: Transaction) -> None:
    async def body(inner: Transaction) -> None:
        inner.write(AREA + "row", Note(text="x"))

    await apart(txn, "apart", body)


EFFECTS: dict[str, Callable[[Transaction], Awaitable[None]]] = {
    "a commit": _write,
    "a counter": _count,
    "a charge": _charge,
    "what is waited for": _wait,
    "work outside": _outside,
    "a transaction of its own": _apart,
}


@pytest.mark.parametrize("what", EFFECTS)
async def test_no_effect_without_the_condition(what: str) -> None:
    """When it doesn't hold, its error is the request's; when it does, it was asked before the effect."""
    place = await Place().start()
    process = await place.process()
    DONE.clear()
    asked: list[int] = []
    before = (await process.storage.synced()).number
    holds = False

    def condition() -> None:
        asked.append(len(DONE))
        if not holds:
            raise Internal("not yet")

    async def body(txn: Transaction) -> None:
        txn.once.first(condition)
        await EFFECTS[what](txn)

    with pytest.raises(Internal, match="not yet"):
        await transact(process, body)
    assert (DONE, (await process.storage.synced()).number) == ([], before)
    holds = True
    asked.clear()
    await transact(process, body)
    assert asked[0] == 0
    assert DONE or (await process.storage.synced()).number > before


async def test_a_read_asks_nothing() -> None:
    """Reading rows, listing them, and drawing values are no effects; nor is an error."""
    place = await Place().start()
    process = await place.process()

    def condition() -> None:
        raise Internal("asked")

    async def body(txn: Transaction) -> None:
        txn.once.first(condition)
        await txn.read(AREA + "row", Note)
        await txn.list(AREA)
        txn.once("drawn", lambda: 1)
        raise InvalidRequest("refused")

    with pytest.raises(InvalidRequest, match="refused"):
        await transact(process, body)
