"""Claims about what a view writes apart from its request."""

from __future__ import annotations

import pytest

from strongroom.auth.okta.records import Challenge
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import SystemRandom
from strongroom.sdk import View
from strongroom.storage.inmem import InmemStorage
from strongroom.testing.clock import SetClock
from tests.flow.harness import open_barrier

NOTE = Challenge(answer=1, expires_at=0)


async def test_it_stays_whatever_becomes_of_the_request() -> None:
    """It is there for others at once, below the same prefix, also when the request fails."""
    clock = SetClock()
    barrier = await open_barrier(InmemStorage(clock, SystemRandom()), clock)

    async def read(txn: Transaction) -> list[str]:
        return await View(txn, "x/").list()

    async def note(view: View) -> str:
        view.write("note", NOTE)
        return "done"

    seen: list[list[str]] = []

    async def request(txn: Transaction) -> None:
        view = View(txn, "x/")
        view.write("own", NOTE)

        async def work() -> str:
            result = await view.apart(note)
            seen.append(await transact(barrier, read))
            return result

        assert txn.once.outside("work", work) == "done"
        raise InvalidRequest("no")

    with pytest.raises(InvalidRequest):
        await transact(barrier, request)
    assert seen == [["note"]]
    assert await transact(barrier, read) == ["note"]
