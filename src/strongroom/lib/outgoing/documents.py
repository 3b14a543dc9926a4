"""Documents of other systems that many requests need: key sets, descriptions of providers, revocation lists.

Each is fetched once for all who wait for it, and kept for a while.  While its system is away, the last one goes on to
count for a limited time.  Whoever can make requests can't make this process fetch more often than the pause allows.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

from strongroom.lib.errors import StrongroomError, UpstreamFailed
from strongroom.lib.outgoing.http import TOTAL_S, Http, Reply
from strongroom.lib.outgoing.slots import Slots

T = TypeVar("T")

FRESH_S = 600.0
STALE_S = 24 * 3600.0
PAUSE_S = 10.0
_MOST = 1024
_OK = 200


class State(msgspec.Struct, frozen=True):
    """What became of the attempts to fetch a document, in this process."""

    fetched_ago_s: float | None = None
    """None if it never was."""
    last_error: str = ""
    """Of the last attempt; empty if that succeeded."""


class _Entry(Generic[T]):
    __slots__ = ("error", "fetched_at", "lock", "tried_at", "value")

    def __init__(self) -> None:
        self.value: T | None = None
        self.fetched_at = 0.0
        self.tried_at = 0.0
        self.error: StrongroomError | None = None
        self.lock = asyncio.Lock()


class Documents(Generic[T]):
    """Documents of one kind, by address and trusted authorities.

    Args:
        http: fetches them. parse: makes the document of a response with status 200; raises `StrongroomError`.
        fresh_s: how long one counts without being fetched again, in seconds.
        stale_s: how long one counts while it can't be fetched.
        pause_s: the least time between two attempts.
        clock: seconds, of a clock that never goes back.
        slots: the places before each system, where many addresses can be asked for; None for no limit.
    """

    def __init__(
        self,
        http: Http,
        parse: Callable[[Reply], T],
        *,
        slots: Slots | None = None,
        fresh_s: float = FRESH_S,
        stale_s: float = STALE_S,
        pause_s: float = PAUSE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._parse = parse
        self._slots = slots
        self._fresh_s = fresh_s
        self._stale_s = stale_s
        self._pause_s = pause_s
        self._clock = clock
        self._entries: OrderedDict[tuple[str, str], _Entry[T]] = OrderedDict()

    async def get(self, url: str, ca_pem: str = "", *, holds: Callable[[T], bool] = lambda _: True) -> T:
        """The document at `url`.

        Args:
            holds: whether it has what is looked for.  One that hasn't is fetched again, if the pause is over.

        Raises: `UpstreamFailed` if there is none that counts.
        """
        value = self.ready(url, ca_pem, holds=holds)
        if value is not None:
            return value
        entry = self._entry(url, ca_pem)
        async with entry.lock:  # who waited for it finds what the first one fetched
            value = self._counting(entry, holds)
            if value is None:
                value = await self._fetched(entry, url, ca_pem)
            return value

    def ready(self, url: str, ca_pem: str = "", *, holds: Callable[[T], bool] = lambda _: True) -> T | None:
        """The document, if nobody has to wait for it.

        While it is being fetched, the last one counts for those who find in it what they look for.  So requests for
        what it doesn't hold can't make them wait.

        Raises: `UpstreamFailed` if an attempt to fetch it failed just now, and no earlier one counts.
        """
        entry = self._entry(url, ca_pem)
        value = self._counting(entry, holds)
        if value is None and entry.value is not None and entry.lock.locked():
            counts = self._clock() - entry.fetched_at < self._stale_s and holds(entry.value)
            return entry.value if counts else None
        return value

    async def renewed(self, url: str, ca_pem: str = "") -> T:
        """The document as it is now: neither the one that is kept nor the pause counts.  Not for strangers' requests.

        Raises: `UpstreamFailed` if it can't be fetched, also while an older one goes on to count.
        """
        entry = self._entry(url, ca_pem)
        async with entry.lock:
            value = await self._fetched(entry, url, ca_pem)
            if entry.error is not None:
                raise entry.error
            return value

    def state(self, url: str, ca_pem: str = "") -> State:
        """What became of the attempts to fetch a document."""
        entry = self._entries.get((url, ca_pem))
        if entry is None:
            return State()
        ago_s = None if entry.value is None else self._clock() - entry.fetched_at
        return State(ago_s, "" if entry.error is None else entry.error.text)

    def known(self, url: str, ca_pem: str = "") -> T | None:
        """The document that was fetched last, however old; None if none was."""
        entry = self._entries.get((url, ca_pem))
        return None if entry is None else entry.value

    def _entry(self, url: str, ca_pem: str) -> _Entry[T]:
        entry = self._entries.setdefault((url, ca_pem), _Entry())
        self._entries.move_to_end((url, ca_pem))
        if len(self._entries) > _MOST:
            # Where a stranger's text is in the address, what was never there must not displace what is needed.
            older = [name for name in self._entries if name != (url, ca_pem)]
            del self._entries[next((name for name in older if self._entries[name].value is None), older[0])]
        return entry

    def _counting(self, entry: _Entry[T], holds: Callable[[T], bool]) -> T | None:
        """The document, if it need not be fetched now.  Raises the error of an attempt that was made just now."""
        now = self._clock()
        paused = bool(entry.tried_at or entry.error or entry.value is not None) and now - entry.tried_at < self._pause_s
        if entry.value is not None:
            if now - entry.fetched_at < self._fresh_s and (paused or holds(entry.value)):
                return entry.value
            if paused and now - entry.fetched_at < self._stale_s:
                return entry.value
        if paused and entry.error is not None:
            raise entry.error
        return None

    async def _fetched(self, entry: _Entry[T], url: str, ca_pem: str) -> T:
        try:
            reply = await self._asked(url, ca_pem)
            if reply.status != _OK:
                raise UpstreamFailed(f"{self._http.name} gave no usable answer", detail=f"status {reply.status}")
            value = self._parse(reply)
        except StrongroomError as error:
            entry.error, entry.tried_at = error, self._clock()
            if entry.value is not None and entry.tried_at - entry.fetched_at < self._stale_s:
                return entry.value
            raise
        entry.value, entry.error = value, None
        entry.fetched_at = entry.tried_at = self._clock()
        return value

    async def _asked(self, url: str, ca_pem: str) -> Reply:
        headers = {"accept": "application/json"}
        if self._slots is None:
            return await self._http.ask("GET", url, headers=headers, ca_pem=ca_pem)
        async with self._slots.place(urlsplit(url).netloc, total_s=TOTAL_S):
            return await self._http.ask("GET", url, headers=headers, ca_pem=ca_pem)
