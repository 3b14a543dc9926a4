"""Callers share an answer only if the question was sent after each of them asked."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import StorageError
from strongroom.storage.shared_question import SharedQuestion


class Source:
    """Answers with the count of questions, when released."""

    def __init__(self) -> None:
        self.asked = 0
        self.release = asyncio.Event()
        self.error: StorageError | None = None

    async def ask(self) -> int:
        """One question."""
        self.asked += 1
        number = self.asked
        await self.release.wait()
        if self.error is not None:
            raise self.error
        return number


async def test_who_comes_during_a_question_waits_for_the_next() -> None:
    """Three ask together and share the first question; two who come while it is under way share the second."""
    source = Source()
    question = SharedQuestion(source.ask)
    early = [asyncio.create_task(question.answer()) for _ in range(3)]
    await asyncio.sleep(0.01)
    late = [asyncio.create_task(question.answer()) for _ in range(2)]
    await asyncio.sleep(0.01)
    assert source.asked == 1
    source.release.set()
    assert await asyncio.gather(*early, *late) == [1, 1, 1, 2, 2]
    assert await question.answer() == 3
    await question.close()


async def test_an_error_goes_to_all_who_shared_it() -> None:
    """A failed question fails its callers, and the next is asked anew; one who gave up takes nothing from others."""
    source = Source()
    source.error = StorageError("the store failed")
    question = SharedQuestion(source.ask)
    both = [asyncio.create_task(question.answer()) for _ in range(2)]
    gone = asyncio.create_task(question.answer())
    await asyncio.sleep(0.01)
    gone.cancel()
    source.release.set()
    for caller in both:
        with pytest.raises(StorageError):
            await caller
    source.error = None
    assert await question.answer() == 2
