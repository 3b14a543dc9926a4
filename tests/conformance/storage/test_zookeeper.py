"""What is particular to the ZooKeeper store: names, limits, lost servers, rights, a head that is made anew."""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import Conflict, InvalidRequest, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.storage.base import Storage
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.keys import KEY_BYTES
from strongroom.storage.zookeeper import ZookeeperSettings, open_zookeeper
from strongroom.storage.zookeeper.cells import DEPTH, ZookeeperCells
from strongroom.storage.zookeeper.client import Access, Client
from tests.conformance.storage.outages import GENEROUS_S, back, keeps_nobody_waiting
from tests.sim import zookeeper
from tests.sim.zookeeper import Zookeeper


@pytest.fixture(scope="module")
def server() -> Iterator[Zookeeper]:
    """A server of this module's own, which is killed."""
    with zookeeper.run(zookeeper.UNSYNCED) as running:
        yield running


def store(server: Zookeeper, path: str = "", *, patience_s: float = 5.0, **access: object) -> Storage:
    """A store at a path of its own, or at a named one."""
    where = Access(server.address, **access)  # type: ignore[arg-type]
    settings = ZookeeperSettings(where, path or f"/s/{uuid.uuid4().hex}", patience_s=patience_s)
    return open_zookeeper(settings, SystemClock(), SystemRandom())


@contextlib.asynccontextmanager
async def started(storage: Storage) -> AsyncIterator[Storage]:
    """A store that works; whatever happens, its threads end with the test."""
    await storage.start()
    try:
        yield storage
    finally:
        await storage.close()


async def nodes(server: Zookeeper, path: str) -> dict[str, int]:
    """All nodes below a path, each with the session that it ends with; 0 for none."""
    client = Client(Access(server.address), 10.0)
    await client.start()
    found: dict[str, int] = {}
    waiting = [path]
    while waiting:
        at = waiting.pop()
        ((names, stat),) = await client.all(partial(_children, path=at))
        found[at] = stat.ephemeralOwner
        waiting += [f"{at}/{name}" for name in names]
    await client.close()
    return found


def _children(library: object, path: str) -> object:
    return library.get_children_async(path, include_data=True)  # type: ignore[attr-defined]


async def test_names_that_zookeeper_has_no_nodes_for(server: Zookeeper) -> None:
    """Dots, control characters, percent signs, what is outside of 16 bits, and a key that is a folder's name too."""
    keys = [".", "..", "a", "a/b", "a/..", "%", "%25", "a%2Fb", "\x01", "\x7f", "\U0001f511", "\uffff", "\ue000", "ß"]
    keys += ["v", "d", "dv/vd", "zookeeper", " ", "Ä/Ö"]
    async with started(store(server)) as storage:
        await storage.commit(dict.fromkeys(keys, 0), {key: key.encode() for key in keys}, {})
        found = (await storage.get_many(keys)).entries
        assert {key: entry.value for key, entry in found.items()} == {key: key.encode() for key in keys}
        assert (await storage.scan("")).names == sorted(keys)
        assert (await storage.list("a/")).names == ["..", "b"]


async def test_folders_go_with_what_was_in_them(server: Zookeeper) -> None:
    """What is removed leaves no node behind, and no name in a listing, however deep it was."""
    path = f"/s/{uuid.uuid4().hex}"
    async with started(store(server, path)) as storage:
        await storage.commit({}, {"kept/a": b""}, {})
        await storage.prune(1)  # type: ignore[attr-defined]
        before = await nodes(server, path)
        for _ in range(2):
            await storage.commit({}, {"kept/x/y/z": b"", "kept/x/w": b"", "other/x": b""}, {})
            assert (await storage.list("")).names == ["kept/", "other/"]
            await storage.commit({}, {"kept/x/y/z": None, "other/x": None}, {})
            assert (await storage.list("kept/")).names == ["a", "x/"]
            await storage.commit({}, {"kept/x/w": None, "absent/x": None}, {})
            assert (await storage.list("")).names == ["kept/"]
            await storage.prune(1)  # type: ignore[attr-defined]
        # The one commit in the feed has another name.
        assert len(await nodes(server, path)) == len(before)


async def test_nothing_ends_with_a_session(server: Zookeeper) -> None:
    """A session with many nodes of its own ends in one transaction, which may be too large for the ensemble."""
    path = f"/s/{uuid.uuid4().hex}"
    async with started(store(server, path)) as storage:
        await storage.commit({}, {"a/b": b"1", "large": bytes(3 << 20)}, {})
        assert await storage.lock("expiry", "me", 30.0) is not None
        async with storage.exclusive(5.0):
            found = await nodes(server, path)
        assert len(found) > 10
        assert set(found.values()) == {0}


async def test_the_largest_commits_stay_below_the_limit_of_a_packet(server: Zookeeper) -> None:
    """New folders, long names and values of the limit together; one part more of a name is refused by its number."""
    async with started(store(server, patience_s=30.0)) as storage:
        part = "%" * (KEY_BYTES // DEPTH - 1)
        deep = {f"{number:02}/" + "/".join([part] * (DEPTH - 1)): b"" for number in range(40)}
        await storage.commit({}, deep, {})
        assert len((await storage.scan("")).names) == 40
        value = os.urandom(storage.limits.value_bytes)
        await storage.commit({}, {"large": value}, {})
        entry = await storage.get("large")
        assert entry is not None and entry.value == value
        with pytest.raises(InvalidRequest, match="too many parts"):
            await storage.commit({}, {"/".join(["a"] * (DEPTH + 1)): b""}, {})


async def test_a_crash_of_zookeeper_loses_nothing_that_was_acknowledged(server: Zookeeper) -> None:
    """It is killed and started again under commits; the store fails meanwhile, and comes back by itself."""
    async with started(store(server, patience_s=2.0)) as storage:
        acknowledged: list[str] = []

        async def write(name: str) -> None:
            for number in range(1_000_000):
                try:
                    await storage.commit({}, {f"{name}/{number}": b""}, {})
                except StorageError:
                    return
                acknowledged.append(f"{name}/{number}")

        writers = [asyncio.create_task(write(f"w{n}")) for n in range(4)]
        while len(acknowledged) < 20:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(server.kill)
        await asyncio.wait_for(asyncio.gather(*writers), GENEROUS_S)
        with pytest.raises(StorageError):
            await storage.synced()
        await asyncio.to_thread(server.start)
        await back(storage)
        assert (await storage.get_many(acknowledged)).entries.keys() == set(acknowledged)


async def test_a_zookeeper_that_is_stopped_keeps_nobody_waiting(server: Zookeeper) -> None:
    """A server that SIGSTOP holds is an error; when it goes on, so does the store."""
    async with started(store(server, patience_s=1.0)) as storage:
        await storage.commit({}, {"a": b"1"}, {})
        assert server.program is not None
        await keeps_nobody_waiting(storage, server.program.pid)
        assert (entry := await storage.get("a")) is not None and entry.value == b"1"


async def test_the_head_is_made_anew_before_its_version_ends(server: Zookeeper) -> None:
    """A node's version has 32 bits.  Two processes go on over the change, and old revisions still conflict."""
    path = f"/s/{uuid.uuid4().hex}"

    def open_() -> ConditionalStorage:
        clock = SystemClock()
        cells = ZookeeperCells(Client(Access(server.address), 5.0), path, clock, last_version=4)
        return ConditionalStorage(cells, clock, SystemRandom(), max_parallel=4, patience_s=5.0)

    async with started(open_()) as one, started(open_()) as two:
        first = await one.commit({}, {"a": b""}, {})
        for number in range(2, 20):
            made = await (one if number % 3 else two).commit({}, {"a": b"%d" % number}, {})
            assert made.number == number
        with pytest.raises(Conflict):
            await two.commit({"a": first.number}, {"a": b"late"}, {})
        assert await one.synced() == await two.synced() == made


async def test_nodes_belong_to_who_logs_in(server: Zookeeper) -> None:
    """With `auth_info` nobody else reads or writes them, and the credential is shown nowhere."""
    path = f"/s{uuid.uuid4().hex}"
    owner = {"auth_info": Secret(b"digest:node:canary-of-the-node")}
    async with started(store(server, path, **owner)) as storage:
        await storage.commit({}, {"a": b"1"}, {})
    for other in ({}, {"auth_info": Secret(b"digest:node:canary-of-another")}):
        with pytest.raises(StorageError, match="refuses the user") as caught:
            await store(server, path, **other).start()
        assert "canary" not in f"{caught.value!r} {caught.value.detail}"
    async with started(store(server, path, **owner)) as again:
        assert (entry := await again.get("a")) is not None and entry.value == b"1"


async def test_a_path_of_another_program_is_refused(server: Zookeeper) -> None:
    """What is there isn't touched: that of Vault, for one."""
    client = Client(Access(server.address), 10.0)
    await client.start()
    for node in ("/vault", "/vault/core"):
        await client.all(lambda library, node=node: library.create_async(node, b""))
    await client.close()
    with pytest.raises(StorageError, match="something else"):
        await store(server, "/vault").start()
    assert set(await nodes(server, "/vault")) == {"/vault", "/vault/core"}


@pytest.mark.parametrize("path", ["", "a", "/", "/a/", "/a//b", "/.", "/a b", "/" + "x" * 64])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    """Before anything is asked of the network."""
    with pytest.raises(StorageError):
        open_zookeeper(ZookeeperSettings(Access("127.0.0.1:1"), path), SystemClock(), SystemRandom())


async def test_a_zookeeper_that_is_not_there_is_an_error() -> None:
    """It ends within the time limit."""
    with pytest.raises(StorageError):
        await open_zookeeper(
            ZookeeperSettings(Access("127.0.0.1:1"), "/s", patience_s=1.0), SystemClock(), SystemRandom()
        ).start()
