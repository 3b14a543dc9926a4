"""Renews what entries hold, each in its time, and says how that went."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import Final, Protocol

import msgspec

from strongroom.agent.serving.cache.entries import CachedAnswer
from strongroom.agent.serving.cache.holding import LeaseHeld, TokenHeld
from strongroom.agent.serving.cache.term import next_step_at
from strongroom.agent.serving.question import NAMESPACE, Question
from strongroom.http.message import HttpResponse

_AT_ONCE: Final = 8
"""Renewals under way at a time: clients come first."""


class RenewalVerdict(Enum):
    """What an attempt to renew something has shown."""

    LATER = auto()
    """The server couldn't be asked, or is troubled: it may succeed later."""
    ENDED = auto()
    """It isn't renewed any more: whoever needs it next gets another one."""


class _Auth(msgspec.Struct):
    lease_duration: int = 0


class _Renewed(msgspec.Struct):
    lease_duration: int = 0
    auth: _Auth | None = None


_decoder = msgspec.json.Decoder(_Renewed)


def renewal_of(entry: CachedAnswer, agent: str) -> Question:
    """The request that renews what an entry holds.

    Args:
        agent: the program as it names itself.
    """
    match entry.held:
        case LeaseHeld(lease_id=lease_id):
            path, body, token = "/v1/sys/leases/renew", msgspec.json.encode({"lease_id": lease_id}), entry.token
        case TokenHeld(token=token):
            path, body = "/v1/auth/token/renew-self", b"{}"
    headers = {"content-type": "application/json", "user-agent": agent, "x-vault-request": "true"}
    if entry.namespace:
        headers[NAMESPACE] = entry.namespace + "/"
    return Question(method="PUT", path=path, query="", headers=headers, body=body, token=token)


def outcome_of(response: HttpResponse) -> int | RenewalVerdict:
    """For how many seconds something was renewed, or why it wasn't."""
    if response.status == 200:
        try:
            renewed = _decoder.decode(response.body)
        except msgspec.DecodeError:
            return RenewalVerdict.LATER
        seconds = renewed.auth.lease_duration if renewed.auth is not None else renewed.lease_duration
        return seconds if seconds > 0 else RenewalVerdict.ENDED
    # Too many requests are a state of the server, as its own failures are.
    refused = 400 <= response.status < 500 and response.status != 429
    return RenewalVerdict.ENDED if refused else RenewalVerdict.LATER


class Timer(Protocol):
    """A call that comes later."""

    def cancel(self) -> None:
        """Let it not come."""
        ...


Later = Callable[[float, Callable[[bytes], None], bytes], Timer]
"""Calls something with a key after so many seconds, as an event loop does."""


def on_the_loop(seconds: float, call: Callable[[bytes], None], key: bytes) -> Timer:
    """Call later on the running event loop."""
    return asyncio.get_running_loop().call_later(seconds, call, key)


class RenewalSchedule:
    """Calls for each entry when it is due.

    Args:
        step: does what is due for the entry of a key; it never raises.
        later: how calls come later.
        chance: a number from 0 to 1.
    """

    def __init__(
        self,
        step: Callable[[bytes], Awaitable[None]],
        later: Later = on_the_loop,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._step = step
        self._later = later
        self._chance = chance
        self._timers: dict[bytes, Timer] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def set(self, entry: CachedAnswer, now: float) -> None:
        """Call for an entry when its next step is due."""
        self.drop(entry.key)
        delay = next_step_at(entry.term, now, self._chance()) - now
        self._timers[entry.key] = self._later(max(0.0, delay), self._begin, entry.key)

    def drop(self, key: bytes) -> None:
        """Don't call for an entry any more."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def _begin(self, key: bytes) -> None:
        self._timers.pop(key, None)
        task = asyncio.get_running_loop().create_task(self._one(key))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _one(self, key: bytes) -> None:
        async with self._slots:
            await self._step(key)

    async def close(self) -> None:
        """Call for nobody any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
