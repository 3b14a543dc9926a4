"""A copy of a store that is written meanwhile equals the store at one revision, on every backend."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from strongroom.storage.base import Storage
from strongroom.storage.transfer import copy, follow
from tests.conformance.storage.backends import Backend, on


class Rows(dict[str, bytes]):
    """A target in memory."""

    async def put(self, rows: Mapping[str, bytes | None]) -> None:
        """Take over rows."""
        for key, value in rows.items():
            if value is None:
                self.pop(key, None)
            else:
                self[key] = value


class Writing:
    """Writes with each step, and remembers every state by its revision's number."""

    def __init__(self, storage: Storage, pause_s: float) -> None:
        self._pause_s = pause_s
        self._storage = storage
        self._count = 0
        self.now: dict[str, bytes] = {}
        self.states: dict[int, dict[str, bytes]] = {}

    async def step(self) -> None:
        """One commit: two counters that are always equal, a new row at the end and one at the beginning, one gone."""
        self._count += 1
        value = b"%d" % self._count
        writes: dict[str, bytes | None] = {
            "a/first": value,
            "z/last": value,
            f"a/{self._count}": value,
            f"y/{self._count}": value,
            f"m/{self._count * 7 % 900:04}": None,
        }
        revision = await self._storage.commit({}, writes, {})
        for key, written in writes.items():
            if written is None:
                self.now.pop(key, None)
            else:
                self.now[key] = written
        self.states[revision.number] = dict(self.now)

    async def until(self, ended: asyncio.Event) -> None:
        """Write until somebody has ended."""
        while not ended.is_set():
            await self.step()
            await asyncio.sleep(self._pause_s)


def test_a_copy_equals_one_revision(backend: Backend) -> None:
    """Whatever is written during the copy: it has the rows of the revision that it names, later of another."""

    async def scenario(storage: Storage) -> None:
        fence = await storage.lock("somebody", "holder", 60)
        assert fence is not None
        writing = Writing(storage, getattr(backend, "pause_s", 0.0))
        for first in range(0, 900, 300):
            rows: dict[str, bytes | None] = {f"m/{number:04}": b"row" for number in range(first, first + 300)}
            await storage.commit({}, rows, {})
            writing.now.update((key, b"row") for key in rows)
        await writing.step()
        ended = asyncio.Event()
        writer = asyncio.create_task(writing.until(ended))
        target = Rows()
        try:
            revision = await copy(storage, target)
        finally:
            ended.set()
            await writer  # which may not have had the answer of that revision yet
        assert target == writing.states[revision.number]
        revision = await follow(storage, target, revision)
        assert target == writing.now == writing.states[revision.number]

    on(backend, scenario)


def test_a_copy_of_nothing_is_nothing(backend: Backend) -> None:
    """A store that was never written has an empty copy, at the revision 0."""

    async def scenario(storage: Storage) -> None:
        target = Rows()
        assert (await copy(storage, target)).number == 0
        assert target == {}

    on(backend, scenario)
