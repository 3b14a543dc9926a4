"""Work that commits on its way, apart from the request's own transaction."""

from __future__ import annotations

import asyncio

from strongroom.barrier.transaction import OPTIMISTIC_ATTEMPTS, Transaction, apart, transact
from strongroom.lib.rand import SystemRandom
from strongroom.sdk import Record
from strongroom.storage.inmem import InmemStorage
from tests.flow.harness import open_barrier
from tests.sim.clock import SetClock


class Note(Record, frozen=True, tag="test-note"):
    """Something written."""

    text: str


async def test_it_is_done_once_even_when_the_request_runs_exclusively() -> None:
    """A transaction that conflicts until it holds off all others still commits its side work, once, without waiting
    for itself; and that work stays when the transaction fails.
    """
    barrier = await open_barrier(InmemStorage(clock := SetClock(), SystemRandom()), clock)
    attempts = 0

    async def disturb(txn: Transaction) -> None:
        txn.write("shared/hot", Note(text=str(attempts)))

    async def aside(txn: Transaction) -> str:
        seen = await txn.read("shared/aside", Note)
        txn.write("shared/aside", Note(text=(seen.text if seen is not None else "") + "x"))
        return "done"

    async def body(txn: Transaction) -> str:
        nonlocal attempts
        attempts += 1
        await txn.read("shared/hot", Note)
        if attempts <= OPTIMISTIC_ATTEMPTS:
            await transact(barrier, disturb)
        else:
            assert await apart(txn, "first", aside) == "done"
        assert await apart(txn, "second", aside) == "done"
        txn.write("shared/own", Note(text="own"))
        return "answer"

    async with asyncio.timeout(30):
        assert await transact(barrier, body) == "answer"
    assert attempts == OPTIMISTIC_ATTEMPTS + 1
    async with asyncio.timeout(30):
        note = await transact(barrier, lambda txn: txn.read("shared/aside", Note))
    assert note == Note(text="xx")
