"""Who waits for a commit may be gone when it is settled."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import Conflict
from strongroom.storage.base import Revision
from strongroom.storage.batch import Pending, Queue
from strongroom.storage.operations import Commit


async def test_an_answer_to_nobody_is_dropped() -> None:
    """A request that was cancelled while it waited disturbs no other's: neither a result nor an error reaches it."""
    for outcome in (Revision(1, b"r"), Conflict()):
        gone: asyncio.Future[Revision] = asyncio.get_running_loop().create_future()
        pending = Pending(Commit({}, {}, {}), gone)
        assert not pending.abandoned
        gone.cancel()
        assert pending.abandoned
        pending.deliver(outcome)
        assert gone.cancelled()


async def test_an_answer_is_given_once() -> None:
    """The first one counts: a batch that fails afterwards takes nothing back."""
    answer: asyncio.Future[Revision] = asyncio.get_running_loop().create_future()
    pending = Pending(Commit({}, {}, {}), answer)
    pending.deliver(Revision(1, b"r"))
    pending.deliver(Conflict())
    assert await answer == Revision(1, b"r")
    refused: asyncio.Future[Revision] = asyncio.get_running_loop().create_future()
    pending = Pending(Commit({}, {}, {}), refused)
    pending.deliver(Conflict())
    with pytest.raises(Conflict):
        await refused


async def test_a_batch_is_bounded_in_rows() -> None:
    """As many operations as touch no more rows together, in their order, one at least; nobody's are left out."""
    small, large = Commit({}, {"a": b""}, {}), Commit({}, dict.fromkeys("abcdefghij", b""), {})
    queue = Queue(most_rows=2 * small.size)
    assert queue.take() == []
    operations = [small, small, small, large, small, small]
    answers = [queue.put(operation) for operation in operations]
    answers[1].cancel()
    batches = []
    while batch := queue.take():
        batches.append([pending.operation for pending in batch])
    assert batches == [[small, small], [large], [small, small]]
    assert large.size > 2 * small.size


async def test_a_queue_is_waited_for_until_something_comes_or_nothing_will() -> None:
    """What waits is told at once, also after the end was announced."""
    queue = Queue(most_rows=9)
    arrival = asyncio.create_task(queue.arrival())
    await asyncio.sleep(0)
    assert not arrival.done()
    queue.put(Commit({}, {"a": b""}, {}))
    assert await arrival is True
    assert await queue.arrival() is True
    queue.close()
    assert await queue.arrival() is True
    queue.take()
    assert await queue.arrival() is False
    other = Queue(most_rows=9)
    end = asyncio.create_task(other.arrival())
    await asyncio.sleep(0)
    other.close()
    assert await end is False
