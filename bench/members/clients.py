"""What clients of a store do at once, in several processes, and what they were told."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from tests.conformance.storage.processes import Link
from tests.sim.history import NEVER, CompareAndSet, Event, Read, Write

from strongroom.lib.errors import CommitUnknown, Conflict, StorageError
from strongroom.storage.base import Add, Storage

CLIENTS = 3
"""Of each process."""
WIDE = 150
"""Rows of a commit that is larger than a transaction."""
_EPOCH_S = 2.0
"""After which other keys are used, so that no history becomes long."""
_KEYS = 3
_TTL_S = 1.5
_PAUSE_S = 0.02


@dataclass(slots=True)
class Told:
    """What the clients of one process were told.

    Attributes:
        events: of the registers.
        added, held: commits that counted; that may have.  Of a counter, and of a number that is read and written under
            a hold.
        wrong: what can't be.
        failures: how often which error was told.
    """

    events: list[Event] = field(default_factory=list)
    added: list[int] = field(default_factory=lambda: [0, 0])
    held: list[int] = field(default_factory=lambda: [0, 0])
    wrong: list[str] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)


async def work(storage: Storage, link: Link) -> None:
    """Work until told to end, and tell what became of it."""
    name, seed = await link.receive()
    told = Told()
    ended = asyncio.Event()
    chances = [Random(seed * 100 + n) for n in range(CLIENTS)]  # noqa: S311 - a repeatable choice
    clients = [Client(storage, told, f"{name}{n}", chance) for n, chance in enumerate(chances)]
    working = asyncio.gather(*(client.until(ended) for client in clients))
    link.send("began")
    await link.receive(600.0)
    ended.set()
    await working
    link.send(told)


class Client:
    """One client.  Its values are never written twice, so that a stale one is recognised."""

    def __init__(self, storage: Storage, told: Told, name: str, chance: Random) -> None:
        self._storage = storage
        self._told = told
        self._name = name
        self._chance = chance
        self._count = 0
        self._doing: list[Callable[[], Awaitable[None]]] = [
            *(self._write, self._read, self._compare, self._write, self._read, self._compare),
            *(self._add, self._pair, self._look_at_pair, self._hold, self._fenced, self._wide, self._look_at_wide),
        ]

    async def until(self, ended: asyncio.Event) -> None:
        """Do this and that."""
        while not ended.is_set():
            doing = self._chance.choice(self._doing)
            try:
                await doing()
                self._told.done[doing.__name__] += 1
            except Conflict:
                self._told.done["conflicts"] += 1
            except StorageError as error:
                self._told.failures[f"{type(error).__name__}: {error.detail[:90] or error.text}"] += 1
                await asyncio.sleep(0.1)
            await asyncio.sleep(_PAUSE_S)

    def _value(self) -> bytes:
        self._count += 1
        return f"{self._name}.{self._count}".encode()

    def _key(self) -> str:
        # The clock is the machine's, so all processes use the same keys at a time.
        return f"r/{int(time.monotonic() / _EPOCH_S)}/{self._chance.randrange(_KEYS)}"

    async def _write(self) -> None:
        key, value = self._key(), self._chance.choice([self._value(), None])
        start = time.monotonic()
        try:
            await self._storage.commit({}, {key: value}, {})
        except CommitUnknown:
            self._note(key, Write(value), start, NEVER)
            raise
        # Any other error says that nothing was written, and so there is no call that could have had an effect.
        self._note(key, Write(value), start)

    async def _read(self) -> None:
        key, start = self._key(), time.monotonic()
        entry = await self._storage.get(key)
        self._note(key, Read(entry.value if entry else None), start)

    async def _compare(self) -> None:
        key, value = self._key(), self._value()
        entry = await self._storage.get(key)
        old = entry.value if entry else None
        start = time.monotonic()
        try:
            await self._storage.commit({key: entry.revision if entry else 0}, {key: value}, {})
        except CommitUnknown:
            self._note(key, CompareAndSet(old, value), start, NEVER)
            raise
        except Conflict:
            # Not that it held something else: it may have got the same value by another commit.
            raise
        self._note(key, CompareAndSet(old, value), start)

    def _note(self, key: str, call: Read | Write | CompareAndSet, start: float, end: float | None = None) -> None:
        self._told.events.append(Event(self._name, key, call, start, time.monotonic() if end is None else end))

    async def _counted(self, counts: list[int], committing: Awaitable[object]) -> None:
        try:
            await committing
        except CommitUnknown:
            counts[1] += 1
            raise
        counts[0] += 1

    async def _add(self) -> None:
        await self._counted(self._told.added, self._storage.commit({}, {}, {"added": Add(1, 0, 10**9)}))

    async def _pair(self) -> None:
        value = self._value()
        await self._storage.commit({}, {"pair/left": value, "pair/right": value}, {})

    async def _look_at_pair(self) -> None:
        entries = (await self._storage.get_many(["pair/left", "pair/right"])).entries
        if len({entry.value for entry in entries.values()}) > 1 or len(entries) == 1:
            self._told.wrong.append(f"half of a commit: {entries}")

    async def _hold(self) -> None:
        async with self._storage.exclusive(5.0) as committer:
            entry = await self._storage.get("held")
            await asyncio.sleep(self._chance.random() * 0.1)
            more = b"%d" % (int(entry.value) + 1 if entry else 1)
            await self._counted(self._told.held, committer.commit({}, {"held": more}, {}))

    async def _fenced(self) -> None:
        fence = await self._storage.lock("work", self._name, _TTL_S)
        if fence is None:
            return
        for _ in range(3):
            await self._storage.commit({fence.key: fence.revision}, {"fenced": b"%d" % fence.revision}, {})
            await asyncio.sleep(self._chance.random() * 0.2)

    async def _wide(self) -> None:
        if self._chance.random() < 0.7:
            return
        await self._storage.commit({}, dict.fromkeys([f"wide/{n}" for n in range(WIDE)], self._value()), {})

    async def _look_at_wide(self) -> None:
        listing = await self._storage.list("wide/")
        entries = (await self._storage.get_many([f"wide/{name}" for name in listing.names])).entries
        if len(listing.names) not in (0, WIDE) or len({entry.value for entry in entries.values()}) > 1:
            self._told.wrong.append(f"a part of a wide commit: {len(listing.names)} names")
