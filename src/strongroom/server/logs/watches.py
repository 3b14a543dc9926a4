"""Those who read the server's log while it is written: `sys/monitor`.

A reader who is slow loses lines and is told how many; nothing waits for it.
"""

from __future__ import annotations

import asyncio
import threading
import time
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, MutableMapping
from typing import Any, Final

from strongroom.lib.errors import RateLimited
from strongroom.server.messages.questions import LogLines

Event = MutableMapping[str, Any]
Render = Callable[[Event], str]
"""Makes the line of an event; may change it."""

MOST_WATCHES: Final = 16
"""Readers of one process; each costs a rendering of every line."""
FROM_NOW: Final = -1
_RETRY_S: Final = 60.0
_MOST_BYTES: Final = 256 * 1024
"""What is kept for a reader that hasn't taken it yet."""
_KEPT_BYTES: Final = 32 * 1024
"""What is kept for the readers of other processes between two of their questions."""
_KEPT_S: Final = 10.0
"""How long after their last question."""


class LogReader:
    """One reader.

    Args:
        level: the least level that it wants.
        render: makes its lines.
        loop: where it reads; lines come from any thread.
    """

    def __init__(self, level: int, render: Render, loop: asyncio.AbstractEventLoop) -> None:
        self.level = level
        self._render = render
        self._loop = loop
        self._lock = threading.Lock()
        self._lines: deque[bytes] = deque()
        self._held_bytes = 0
        self._lost = 0
        self._ended = False
        self._news = asyncio.Event()

    def offer(self, event: Mapping[str, Any]) -> None:
        """Put an event's line behind the others, or count it as lost."""
        line = self._render(dict(event)).encode("utf-8", "replace") + b"\n"
        with self._lock:
            if self._held_bytes + len(line) > _MOST_BYTES:
                self._lost += 1
                return
            self._lines.append(line)
            self._held_bytes += len(line)
        self._wake()

    def end(self) -> None:
        """Let the reader have what there is, and no more."""
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def take(self) -> bytes:
        """All lines that have come since, once there are any; empty at the end."""
        while True:
            self._news.clear()
            with self._lock:
                block, lost = b"".join(self._lines), self._lost
                self._lines.clear()
                self._held_bytes = self._lost = 0
            if lost:
                block += self._render(loss(lost)).encode() + b"\n"
            if block or self._ended:
                return block
            await self._news.wait()


def loss(count: int) -> Event:
    """The event that stands in the place of others."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    event = "lines are missing here: they came faster than they were read"
    return {"timestamp": now, "level": "warning", "logger": "monitor", "event": event, "count": count}


class Place:
    """One of the places for readers; who holds it, reads or is about to."""

    __slots__ = ("__weakref__",)


class Watches:
    """All readers of a process's log.

    Args:
        monotonic: seconds since some moment.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._watches: tuple[LogReader, ...] = ()
        self._places: weakref.WeakSet[Place] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._kept: deque[tuple[int, int, dict[str, Any]]] = deque()
        self._kept_bytes = 0
        self._last = 0
        self._kept_level = 0
        self._kept_until = 0.0

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._places)

    @property
    def least(self) -> int:
        """The least level that a reader of this process wants; 0 without readers."""
        return min((watch.level for watch in self._watches), default=0)

    def wants(self, level: int) -> bool:
        """Whether anybody reads lines of this level."""
        if any(level >= watch.level for watch in self._watches):
            return True
        return level >= self._kept_level and self._monotonic() < self._kept_until

    def offer(self, level: int, event: Mapping[str, Any]) -> None:
        """Hand an event of this process to its readers, and keep it for those of others."""
        self.hand_on(level, event)
        if level >= self._kept_level and self._monotonic() < self._kept_until:
            self._keep(level, event)

    def hand_on(self, level: int, event: Mapping[str, Any]) -> None:
        """Hand an event to the readers of this process."""
        for watch in self._watches:
            if level >= watch.level:
                watch.offer(event)

    def _keep(self, level: int, event: Mapping[str, Any]) -> None:
        plain = {name: value if isinstance(value, str | int | float) else str(value) for name, value in event.items()}
        with self._lock:
            self._last += 1
            self._kept.append((self._last, level, plain))
            self._kept_bytes += _size(plain)
            while self._kept_bytes > _KEPT_BYTES:
                self._kept_bytes -= _size(self._kept.popleft()[2])

    def since(self, process: str, level: int, after: int) -> LogLines:
        """The events for a reader in another process, which asks again within a few seconds.

        Args:
            process: id of this process.
            level: the least level that it wants.
            after: the last event that it was told of; 0 for all that are kept, `FROM_NOW` for those to come.
        """
        now = self._monotonic()
        with self._lock:
            # Two processes may ask for different levels: what the one doesn't want, it leaves out.
            self._kept_level = level if now >= self._kept_until else min(level, self._kept_level)
            self._kept_until = now + _KEPT_S
            events = tuple((at, event) for number, at, event in self._kept if 0 <= after < number)
            oldest = self._kept[0][0] if self._kept else self._last + 1
        lost = max(0, oldest - after - 1) if after > 0 else 0
        return LogLines(process, self._last, lost, events)

    def take_place(self) -> Place:
        """A place for one more reader, which is free again once nobody holds it any more.

        A response may never be sent, because its request runs again or can't be audited.  Its place is then freed with
        it.

        Raises: `RateLimited` when as many read as may.
        """
        if len(self._places) >= MOST_WATCHES:
            raise RateLimited(f"{MOST_WATCHES} clients read this process's log already", retry_after_s=_RETRY_S)
        place = Place()
        self._places.add(place)
        return place

    async def lines(self, level: int, render: Render, place: Place) -> AsyncGenerator[bytes]:
        """The log from now on, in pieces of whole lines.

        Args:
            place: this reader's; held until the end.
        """
        watch = LogReader(level, render, asyncio.get_running_loop())
        self._watches = (*self._watches, watch)
        try:
            while block := await watch.take():
                yield block
        finally:
            self._watches = tuple(other for other in self._watches if other is not watch)
            self._places.discard(place)  # a traceback may hold it for longer

    def end(self) -> None:
        """End the streams of all readers, because this process is sealed or ends."""
        for watch in self._watches:
            watch.end()


def _size(event: Mapping[str, Any]) -> int:
    return sum(len(name) + len(str(value)) for name, value in event.items())
