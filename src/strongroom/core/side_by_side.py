"""Runs many small transactions at once, so that the store can put them into few commits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from strongroom.lib.errors import NamespaceSealed, StrongroomError
from strongroom.lib.fault import where

log = structlog.get_logger("expiry")

AT_ONCE = 32


async def side_by_side(work: Sequence[Callable[[], Awaitable[int | None]]], at_once: int = AT_ONCE) -> int:
    """Run all the work, `at_once` pieces at a time.

    Returns: the sum of what the pieces return.  A piece that returns None counts as 1.

    A piece that fails is logged and counts as 0.  One unreadable row or one engine that doesn't respond thus stops
    nothing else.
    """
    turn = asyncio.Semaphore(at_once)

    async def run(one: Callable[[], Awaitable[int | None]]) -> int:
        async with turn:
            try:
                done = await one()
            except NamespaceSealed:
                return 0  # it waits until the namespace is unsealed
            except StrongroomError as error:
                log.warning("a step failed", reason=error.detail or error.text)
                return 0
            except Exception as error:  # a bug of this server
                log.error("a step failed", fault=where(error))
                return 0
            return 1 if done is None else done

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(one)) for one in work]
    return sum(task.result() for task in tasks)
