"""Work outside of a transaction is done in one task, from its begin to its end."""

from __future__ import annotations

import asyncio

from strongroom.barrier.stable import Outside, StableValues
from strongroom.http.first_step import Finished, start


async def test_a_request_without_a_task_gets_one_before_its_work() -> None:
    """A request that hasn't waited yet has no task; libraries for HTTP fail if it changes while they wait."""
    seen: list[asyncio.Task[None] | None] = []

    async def work() -> str:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())
        return "done"

    async def request() -> str:
        values = StableValues()
        await values.carry_out(Outside("name", work))
        return values.outside("name", work)

    loop = asyncio.get_running_loop()
    ended: asyncio.Future[str] = loop.create_future()

    def begin() -> None:
        running = start(loop, request())
        assert not isinstance(running, Finished)
        running.add_done_callback(lambda task: ended.set_result(task.result()))

    loop.call_soon(begin)
    assert await ended == "done"
    assert isinstance(seen[0], asyncio.Task)
    assert seen[0] is seen[1]
