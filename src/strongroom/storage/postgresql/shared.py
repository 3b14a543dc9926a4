"""One question to the store for all who ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedQuestion(Generic[T]):
    """Shares an answer among callers, but only one whose question was sent after each of them asked.

    Args:
        ask: sends the question and returns the answer.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._next: asyncio.Future[T] | None = None
        self._asking: asyncio.Task[None] | None = None

    async def answer(self) -> T:
        """The answer to the next question; raises what asking raised."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_until_all_have_it())
        # Shielded: one caller that gives up must not take the answer from the others.
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        """Return once nobody waits any more."""
        while self._asking is not None:
            await asyncio.wait({self._asking})

    async def _ask_until_all_have_it(self) -> None:
        while self._next is not None:
            answer, self._next = self._next, None
            try:
                answer.set_result(await self._ask())
            except Exception as error:
                # Who has asked since is told as well: an error is no older news for them, and a server that doesn't
                # answer would keep them waiting for twice as long.
                later, self._next = self._next, None
                for failed in (answer, later):
                    if failed is not None:
                        failed.set_exception(error)
                        # Marked as retrieved: all who waited may have given up.
                        failed.exception()
        self._asking = None
