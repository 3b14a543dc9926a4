"""A cache before a server of the test's own, with a clock that the test moves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from strongroom.agent.serving.cache.cache import AnswerCache
from strongroom.agent.serving.counters import Counters
from strongroom.agent.serving.kept.store import NotKept
from strongroom.agent.serving.question import Question
from strongroom.http.message import HttpResponse
from tests.sim.clock import SetClock

JSON = (("Content-Type", "application/json"),)


class Memory:
    """Keeps bytes as a directory would."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.full = False

    def load(self) -> Mapping[str, bytes]:
        """All of it."""
        return dict(self.kept)

    async def save(self, name: str, content: bytes | None) -> None:
        """Keep it, or take it out."""
        if self.full:
            raise NotKept("No space left on device")
        if content is None:
            self.kept.pop(name, None)
        else:
            self.kept[name] = content


class _Timer:
    def __init__(self, at: float, call: Callable[[bytes], None], key: bytes) -> None:
        self.at, self.call, self.key = at, call, key
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Kept:
    """The cache and what is around it.

    Args:
        answer: the server.
        own: the agent's own tokens.
        memory: what an earlier process has kept.
    """

    def __init__(
        self, answer: Callable[[Question], HttpResponse], own: set[str] | None = None, memory: Memory | None = None
    ) -> None:
        self.answer = answer
        self.asked: list[Question] = []
        self.clock = SetClock()
        self.memory = memory or Memory()
        self.counters = Counters()
        self._timers: list[_Timer] = []
        self.cache = AnswerCache(
            self._ask,
            (own or {"own"}).__contains__,
            "test",
            kept=self.memory,
            clock=self.clock,
            counters=self.counters,
            later=self._later,
        )

    async def _ask(self, question: Question) -> HttpResponse:
        self.asked.append(question)
        await asyncio.sleep(0)
        return self.answer(question)

    def _later(self, seconds: float, call: Callable[[bytes], None], key: bytes) -> _Timer:
        timer = _Timer(self.clock.monotonic() + seconds, call, key)
        self._timers.append(timer)
        return timer

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and what is due in it happen."""
        end = self.clock.monotonic() + seconds
        while True:
            waiting = [timer for timer in self._timers if not timer.cancelled]
            due = min(waiting, key=lambda timer: timer.at, default=None)
            if due is None or due.at > end:
                break
            self._timers = [timer for timer in waiting if timer is not due]
            self.clock.advance(max(0.0, due.at - self.clock.monotonic()))
            due.call(due.key)
            for _ in range(20):
                await asyncio.sleep(0)
        self.clock.advance(max(0.0, end - self.clock.monotonic()))

    async def ask(self, path: str, token: str = "own", method: str = "GET", body: bytes = b"") -> HttpResponse:
        """A client's question."""
        return await self.cache(
            Question(method=method, path=f"/v1/{path}", query="", headers={}, body=body, token=token)
        )


def said(document: Any, status: int = 200) -> HttpResponse:
    """A response with this document."""
    return HttpResponse(status, JSON, json.dumps(document).encode())


def hit(response: HttpResponse) -> str:
    """What the response says of where it comes from."""
    return dict(response.headers).get("X-Cache", "")
