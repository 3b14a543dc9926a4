"""A barrier over a store in memory whose calls a test can stall or watch, and records to keep in it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier, SecretRecord
from strongroom.barrier.keyring import new_keyring, seal_keyring
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.storage.inmem import InmemStorage
from tests.sim.clock import SetClock
from tests.sim.faulty_storage import FaultyStorage, Plan

T = TypeVar("T")

ROOT_KEY = Secret(bytes(range(32)))
AREA = "shared/root/test/"


class Note(Record, frozen=True, tag="note"):
    """A record that may stay decoded."""

    text: str = ""


class SecretNote(SecretRecord, frozen=True, tag="secret-note"):
    """A record that may not."""

    text: str = ""


class Place:
    """One store with any number of processes on it, each with its own barrier and its own faults."""

    def __init__(self, feed_commits: int = 65_536) -> None:
        self.random = SystemRandom()
        self.clock = SetClock()
        self.storage = InmemStorage(self.clock, self.random, feed_commits=feed_commits)
        self._stores: list[FaultyStorage] = []

    async def start(self) -> Place:
        """Write the keyring."""
        await self.storage.start()
        row = seal_keyring(ROOT_KEY, new_keyring(self.random, 1.0), self.random)
        await self.storage.commit({}, {keys.KEYRING: row}, {})
        return self

    async def process(self, plan: Plan | None = None) -> Barrier:
        """A barrier as a process of its own has it."""
        storage = FaultyStorage(self.storage, plan or Plan())
        self._stores.append(storage)
        return await Barrier.open(storage, ROOT_KEY, self.random)

    async def restored(self) -> Place:
        """Another store with this one's keyring and a history of its own, as a backup leaves it."""
        other = Place()
        await other.storage.start()
        entry = await self.storage.get(keys.KEYRING)
        assert entry is not None
        await other.storage.commit({}, {keys.KEYRING: entry.value}, {})
        return other

    def become(self, other: Place) -> None:
        """Put the other's store where this one's was, under running processes."""
        self.storage = other.storage
        for store in self._stores:
            store._inner = other.storage


class StalledAnswer(FaultyStorage):
    """A store whose first answer to one method is held back after it was made."""

    def __init__(self, inner: InmemStorage, method: str) -> None:
        super().__init__(inner, Plan())
        self._method = method
        self.answered = asyncio.Event()
        self.go_on = asyncio.Event()

    async def _call(self, method: str, work: Callable[[], Awaitable[T]]) -> T:
        answer = await super()._call(method, work)
        if method == self._method and not self.answered.is_set():
            self.answered.set()
            await self.go_on.wait()
        return answer


async def put(barrier: Barrier, notes: Mapping[str, str | None]) -> None:
    """Write notes below the area, or remove them, in one commit that reads nothing."""

    async def body(txn: Transaction) -> None:
        for name, text in notes.items():
            if text is None:
                txn.delete(AREA + name)
            else:
                txn.write(AREA + name, Note(text=text))

    await transact(barrier, body)


async def text_of(txn: Transaction, name: str) -> str | None:
    """A note's text."""
    note = await txn.read(AREA + name, Note)
    return note.text if note is not None else None


async def get(barrier: Barrier, name: str) -> str | None:
    """A note's text, in a transaction of its own."""
    return await transact(barrier, lambda txn: text_of(txn, name))


def counted(body: Callable[[Transaction, int], Awaitable[T]]) -> Callable[[Transaction], Awaitable[T]]:
    """A body that is told how often it ran before."""
    runs = 0

    async def run(txn: Transaction) -> T:
        nonlocal runs
        runs += 1
        return await body(txn, runs - 1)

    return run
