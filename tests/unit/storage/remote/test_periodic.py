"""Upkeep goes on after a failure, and a failure that lasts is logged once."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from strongroom.lib.errors import StorageError
from strongroom.storage.remote import Periodic


class Rounds:
    """Counts rounds, of which some fail.

    Args:
        failing: the numbers of the rounds that fail, from 1.
        enough: the number of the last round that is waited for.
    """

    def __init__(self, failing: set[int], enough: int) -> None:
        self._failing = failing
        self._enough = enough
        self.number = 0
        self.done = asyncio.Event()

    async def one(self) -> None:
        """One round."""
        self.number += 1
        if self.number == self._enough:
            self.done.set()
        if self.number in self._failing:
            raise StorageError("the store failed", detail=f"round {self.number}")


async def test_a_failure_that_lasts_is_logged_once() -> None:
    """Two failures in a row are one line; after a good round, the next failure is another one."""
    rounds = Rounds({2, 3, 5}, 6)
    with capture_logs() as lines:
        upkeep = Periodic(rounds.one, 0.0)
        await rounds.done.wait()
        await upkeep.close()
    assert [(line["event"], line["error"], line["detail"]) for line in lines] == [
        ("storage upkeep failed", "the store failed", "round 2"),
        ("storage upkeep failed", "the store failed", "round 5"),
    ]


async def test_no_round_follows_a_close() -> None:
    """`close` returns when the task has ended, and ends a round that is under way."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    upkeep = Periodic(endless, 0.0)
    await begun.wait()
    await upkeep.close()
    assert ended.is_set()
