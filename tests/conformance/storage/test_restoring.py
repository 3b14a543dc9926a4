"""A snapshot is restored into each store that a server keeps, while others want to commit, and until it is killed."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from strongroom.barrier import keys
from strongroom.barrier.barrier import require_whole
from strongroom.barrier.restored import Restored
from strongroom.lib.errors import StorageError, Unavailable
from strongroom.snapshot.reading import Reading
from strongroom.snapshot.restoring import require_vacant, restore
from strongroom.storage.base import Add, Committer, Revision, Storage
from strongroom.storage.operations import ROLE_PREFIX
from tests.conformance.storage.backends import Backend, on
from tests.conformance.storage.conftest import HELD_S
from tests.conformance.storage.processes import Link, worker
from tests.unit.snapshot.made import MADE_AT, snapshot, store

RESTORED = Restored(at=MADE_AT, frozen=True, taken_at=MADE_AT)
WANTED = {"large": bytes(3 << 20)} | {f"n/{number:04}": b"%d" % number for number in range(700)}
"""Several commits.  Each is more than a transaction of etcd, ZooKeeper or DynamoDB takes, as the large value is."""
BEFORE: dict[str, bytes | None] = {"n/0000": b"old", "zz": b"goes"}
_HALF = 2
"""The commits until then: the mark, and the first part of the rows."""


class Halting:
    """A store whose exclusive commits stand still in their middle, until something has happened."""

    def __init__(self, storage: Storage, halt: Callable[[], Awaitable[None]]) -> None:
        self._storage = storage
        self._halt = halt

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    @asynccontextmanager
    async def exclusive(self, timeout_s: float) -> AsyncIterator[Committer]:
        """As of the store."""
        async with self._storage.exclusive(timeout_s) as committer:
            yield _Halting(committer, self._halt)


class _Halting:
    def __init__(self, committer: Committer, halt: Callable[[], Awaitable[None]]) -> None:
        self._committer = committer
        self._halt = halt
        self._count = 0

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        revision = await self._committer.commit(reads, writes, adds)
        self._count += 1
        if self._count == _HALF:
            await self._halt()
        return revision


async def restored(storage: Storage) -> None:
    """Restore what is wanted."""
    await restore(storage, Reading(io.BytesIO(await snapshot(await store(WANTED)))), RESTORED)


async def restore_with_a_halt(storage: Storage, link: Link) -> None:
    """The same in another process, which says when it is in the middle, and waits there."""

    async def halt() -> None:
        link.send("in the middle")
        await link.receive(HELD_S + 60)

    await restored(cast("Storage", Halting(storage, halt)))
    link.send("restored")


async def all_rows(storage: Storage) -> dict[str, bytes]:
    """What the store holds but for what tells of the restore, and of roles."""
    names = [name for name in (await storage.scan("")).names if not name.startswith((ROLE_PREFIX, keys.RESTORED))]
    return {name: entry.value for name, entry in (await storage.get_many(names)).entries.items()}


@pytest.mark.timeout(180)
def test_a_restore_that_is_killed_is_repeated(served_backend: Backend) -> None:
    """Its process dies in the middle: nobody is served what is of two times, until a restore was carried out whole."""

    async def scenario(storage: Storage) -> None:
        await storage.commit({}, BEFORE, {})
        with worker(served_backend.opener(), restore_with_a_halt) as other:
            assert await other.link.receive() == "in the middle"
            other.kill()
        with pytest.raises(Unavailable):
            await require_whole(storage)
        await require_vacant(storage)
        await restored(storage)
        await require_whole(storage)
        assert await all_rows(storage) == WANTED

    on(served_backend, scenario)


@pytest.mark.skipif(not HELD_S, reason="takes longer than a hold lasts, in each store: make restoring")
@pytest.mark.timeout(180)
def test_nobody_commits_before_a_restore_has_ended(served_backend: Backend) -> None:
    """However long it takes: another's commit comes behind all of it, or not at all."""

    async def scenario(storage: Storage) -> None:
        await storage.commit({}, BEFORE, {})
        with worker(served_backend.opener(), restore_with_a_halt) as other:
            assert await other.link.receive() == "in the middle"
            committing = asyncio.create_task(storage.commit({}, {"other": b"1"}, {}))
            await asyncio.sleep(HELD_S)  # no event to wait for: holds would have to end by themselves meanwhile
            with pytest.raises(Unavailable):
                await require_whole(storage)
            assert await storage.get("other") is None
            other.link.send("go on")
            assert await other.link.receive() == "restored"
            other.join()
        ended = await storage.get(keys.RESTORED)
        assert ended is not None
        late = {}
        try:
            assert (await committing).number > ended.revision
            late = {"other": b"1"}
        except StorageError:
            assert await storage.get("other") is None  # it has waited for as long as the store's commits wait
        assert await all_rows(storage) == WANTED | late

    on(served_backend, scenario)
