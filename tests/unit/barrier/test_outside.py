"""Results from outside a transaction: nothing waits for the work but the request that needs it."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.stable import MOST_OUTSIDE
from strongroom.barrier.transaction import OPTIMISTIC_ATTEMPTS, Transaction, transact
from strongroom.lib.errors import Internal, InvalidRequest, UpstreamFailed
from tests.unit.barrier.places import AREA, Note, Place, counted, get, put, text_of


async def processes() -> tuple[Barrier, Barrier]:
    """Two processes on one store."""
    place = await Place().start()
    return await place.process(), await place.process()


async def test_the_work_is_done_once_and_what_was_written_before_it_is_dropped() -> None:
    """Its result is the same in all attempts; the attempt that first asked has no effect."""
    here, other = await processes()
    done: list[str] = []

    async def work() -> str:
        assert await get(other, "before") is None
        done.append("work")
        return f"answer {len(done)}"

    async def body(txn: Transaction, run: int) -> str:
        await text_of(txn, "a")
        txn.write(AREA + "before", Note(text=str(run)))
        answer = txn.once.outside("answer", work)
        if run < 3:
            await put(other, {"a": str(run)})
        return answer

    assert await transact(here, counted(body)) == "answer 1"
    assert done == ["work"]
    assert await get(other, "before") == "3"


async def test_no_other_commit_waits_for_the_work() -> None:
    """Not even that of a request which had run while all other commits wait, because it met too many conflicts."""
    here, other = await processes()

    async def work() -> str:
        async with asyncio.timeout(5):
            await put(other, {"b": "committed meanwhile"})
        return "answer"

    async def body(txn: Transaction, run: int) -> str:
        await text_of(txn, "a")
        txn.write(AREA + "c", Note())
        if run < OPTIMISTIC_ATTEMPTS:
            await put(other, {"a": str(run)})
            return ""
        return txn.once.outside("answer", work)

    assert await transact(here, counted(body)) == "answer"
    assert await get(here, "b") == "committed meanwhile"


async def test_an_error_of_the_work_is_the_result() -> None:
    """The request may go on without it; the work isn't done again."""
    here, _ = await processes()
    done: list[str] = []

    async def work() -> str:
        done.append("work")
        raise UpstreamFailed("away")

    async def body(txn: Transaction) -> str:
        try:
            return txn.once.outside("answer", work)
        except UpstreamFailed as error:
            return f"without: {error.text}"

    assert await transact(here, body) == "without: away"
    assert done == ["work"]


async def test_a_fault_of_the_work_ends_the_request() -> None:
    """A bug isn't taken for an answer."""
    here, _ = await processes()

    async def work() -> str:
        raise ValueError("a bug")

    async def body(txn: Transaction) -> str:
        return txn.once.outside("answer", work)

    with pytest.raises(ValueError, match="a bug"):
        await transact(here, body)


async def test_the_work_rests_on_what_was_read() -> None:
    """It isn't begun by what an attempt has read that isn't so any more; another name is another result."""
    here, other = await processes()
    await put(other, {"url": "old"})
    asked = []

    async def body(txn: Transaction, run: int) -> str:
        url = await text_of(txn, "url")
        if run == 0:
            await put(other, {"url": "new"})
            await here.sync()

        async def work() -> str:
            asked.append(url)
            if url == "new":
                await put(other, {"url": "newest"})
            return f"answer of {url}"

        return txn.once.outside(f"answer {url}", work)

    assert await transact(here, counted(body)) == "answer of newest"
    assert asked == ["new", "newest"]


async def test_a_request_that_never_has_enough_is_ended() -> None:
    """A name that changes at each attempt would go on for ever."""
    here, _ = await processes()

    async def work() -> None:
        """Nothing."""

    async def body(txn: Transaction, run: int) -> None:
        txn.once.outside(f"answer {run}", work)
        raise InvalidRequest("not reached")

    with pytest.raises(Internal):
        await transact(here, counted(body))
    assert MOST_OUTSIDE < 100
