"""Shares one query among concurrent callers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedQuestion(Generic[T]):
    """Shares a result among callers whose calls came before the query was sent.

    Args:
        ask: sends the query and returns the result.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._next: asyncio.Future[T] | None = None
        self._asking: asyncio.Task[None] | None = None

    async def answer(self) -> T:
        """The result of the next query.  Raises the query's error."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_until_all_have_it())
        # Shielded, because one caller's cancellation must not cancel the query of the others.
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        """Wait until no caller waits."""
        while self._asking is not None:
            await asyncio.wait({self._asking})

    async def _ask_until_all_have_it(self) -> None:
        while self._next is not None:
            answer, self._next = self._next, None
            try:
                answer.set_result(await self._ask())
            except Exception as error:
                # Callers that came after the query was sent get the error too.  The error holds for them as well, and a
                # server that doesn't respond would keep them waiting for twice as long.
                later, self._next = self._next, None
                for failed in (answer, later):
                    if failed is not None:
                        failed.set_exception(error)
                        # Marks the exception as retrieved, because all callers may have given up.
                        failed.exception()
        self._asking = None
