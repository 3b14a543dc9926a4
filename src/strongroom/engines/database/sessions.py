"""The connections of this process to databases: a session for each, which requests share.

A session belongs to one revision of a connection's configuration. It is closed when the configuration has changed, or
when nobody has used it for a while. A database that doesn't respond is asked again after a pause, and its callers learn
that at once, so that it delays nobody else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from strongroom.engines.database.driver import Driver, Session, Target
from strongroom.engines.database.drivers import driver_of
from strongroom.lib.outgoing import Breakers, BreakerState

T = TypeVar("T")

IDLE_S = 600.0
"""How long a session that nobody uses is kept."""


class Key(msgspec.Struct, frozen=True):
    """Which connection, in which of its configurations."""

    mount: str
    """Its id."""
    connection: str
    """Its id."""
    revision: str

    @property
    def target(self) -> str:
        """As breakers name it."""
        return f"{self.mount}/{self.connection}/{self.revision}"


class _Held:
    __slots__ = ("key", "session", "used_at", "users")

    def __init__(self, session: Session, key: Key) -> None:
        self.session = session
        self.key = key
        self.users = 0
        self.used_at = 0.0


class Sessions:
    """The sessions of one process.

    Args:
        drivers: finds the driver of a `plugin_name`, or raises `InvalidRequest`.
        clock: seconds, of a clock that never goes back.
    """

    def __init__(
        self, drivers: Callable[[str], Driver] = driver_of, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.driver_of = drivers
        self._clock = clock
        self._held: dict[tuple[str, str], _Held] = {}
        self._breakers = Breakers("the database", clock=clock)
        self._closing: set[asyncio.Task[None]] = set()
        self._reaper: asyncio.TimerHandle | None = None

    async def use(self, key: Key, target: Target, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do some work with the session of a connection.

        Raises: what `work` raises; `Unreachable` without doing it while the database doesn't respond.
        """
        self._reap()
        with self._breakers.call(key.target):
            held = self._session(key, target)
            held.users += 1
            try:
                return await work(held.session)
            finally:
                held.users -= 1
                held.used_at = self._clock()
                self._reap_later()

    async def once(self, target: Target, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do some work with a session of its own, for a configuration that isn't stored yet."""
        session = self.driver_of(target.plugin).open(target)
        try:
            return await work(session)
        finally:
            await session.close()

    def check(self, key: Key) -> None:
        """Raise `Unreachable` if a database isn't asked just now, because it doesn't respond."""
        self._breakers.check(key.target)

    def state(self, key: Key) -> BreakerState:
        """Whether a database responds, as far as this process knows."""
        return self._breakers.state(key.target)

    async def close(self) -> None:
        """Close all sessions, and wait until that is done."""
        for key in list(self._held):
            self._close(self._held.pop(key))
        if self._reaper is not None:
            self._reaper.cancel()
        await asyncio.gather(*self._closing)

    def _session(self, key: Key, target: Target) -> _Held:
        place = key.mount, key.connection
        held = self._held.get(place)
        if held is not None and held.key == key:
            return held
        if held is not None:
            del self._held[place]
            self._breakers.forget(held.key.target)
            self._close(held)
        new = self._held[place] = _Held(self.driver_of(target.plugin).open(target), key)
        return new

    def _reap(self) -> None:
        now = self._clock()
        for key, held in list(self._held.items()):
            if not held.users and now - held.used_at >= IDLE_S:
                self._close(self._held.pop(key))

    def _reap_later(self) -> None:
        if self._reaper is None or self._reaper.cancelled() or self._reaper.when() <= asyncio.get_running_loop().time():
            self._reaper = asyncio.get_running_loop().call_later(IDLE_S + 1, self._reap_now)

    def _reap_now(self) -> None:
        self._reap()
        self._reaper = None
        if self._held:
            self._reap_later()

    def _close(self, held: _Held) -> None:
        task = asyncio.get_running_loop().create_task(held.session.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
