"""What several processes on one store see of each other."""

from __future__ import annotations

import asyncio
import contextlib
from random import Random

import pytest

from strongroom.lib.errors import CommitUnknown, Conflict, OutOfRange
from strongroom.storage.base import Add, Revision, Storage
from tests.conformance.storage.backends import Backend, on
from tests.conformance.storage.processes import Link, Worker, worker
from tests.sim.history import CompareAndSet, Event, History, Read, Use, Write, violations

ROUNDS = 25
KEYS = 4
USES = 30


async def commit_on_request(storage: Storage, link: Link) -> None:
    """Commit each value that is sent, and answer with its revision; an empty one ends."""
    while value := await link.receive():
        link.send(await storage.commit({}, {"shared": value}, {}))


def test_a_commit_of_another_process_is_seen(shared_backend: Backend) -> None:
    """After another process committed and this one has read nothing since, the first look sees it."""

    async def scenario(storage: Storage) -> None:
        with worker(shared_backend.opener(), commit_on_request) as other:
            for number in range(1, 10):
                before = await storage.synced()
                other.link.send(b"%d" % number)
                made = await other.link.receive()
                if number % 2:
                    assert await storage.synced() == made
                entry = await storage.get("shared")
                assert entry is not None and (entry.value, entry.revision) == (b"%d" % number, made.number)
                assert await storage.changed_since(before) == ["shared"]
                assert await storage.synced() == made
            other.link.send(b"")
            other.join()

    on(shared_backend, scenario)


async def increment(storage: Storage, link: Link) -> None:
    """Add one to a row by compare-and-set, many times."""
    link.send("ready")
    await link.receive()
    for _ in range(ROUNDS):
        while True:
            entry = await storage.get("sum")
            value, revision = (int(entry.value), entry.revision) if entry else (0, 0)
            try:
                await storage.commit({"sum": revision}, {"sum": b"%d" % (value + 1)}, {"adds": Add(1, 0, 10**6)})
            except Conflict:
                continue
            break


def test_increments_by_compare_and_set_are_not_lost(shared_backend: Backend) -> None:
    """Three processes that increment one row end at the sum, with one revision per increment and no gap."""

    async def scenario(storage: Storage) -> None:
        with contextlib.ExitStack() as stack:
            others = [stack.enter_context(worker(shared_backend.opener(), increment)) for _ in range(3)]
            await together(others)
            for other in others:
                await asyncio.to_thread(other.join)
        entries = (await storage.get_many(["sum", "adds"])).entries
        assert {entry.value for entry in entries.values()} == {b"%d" % (3 * ROUNDS)}
        assert (await storage.synced()).number == 3 * ROUNDS

    on(shared_backend, scenario)


async def together(others: list[Worker]) -> None:
    """Wait until all are ready, then let them go."""
    for other in others:
        assert await other.link.receive() == "ready"
    for other in others:
        other.link.send("go")


async def hold_role(storage: Storage, link: Link) -> None:
    """Take a role and keep it until killed."""
    fence = await storage.lock("expiry", "doomed", 3.0)
    link.send(fence)
    await link.receive()


def test_a_role_passes_on_when_its_holder_is_killed(shared_backend: Backend) -> None:
    """The role of a killed process is refused until its time has run out, then taken; the old fence conflicts."""

    async def scenario(storage: Storage) -> None:
        with worker(shared_backend.opener(), hold_role) as other:
            fence = await other.link.receive()
            other.kill()
            assert await storage.lock("expiry", "heir", 1.0) is None
            async with asyncio.timeout(60):
                # What is known here of the store's clock is ahead of it by the time that a question takes.
                while (heir := await storage.lock("expiry", "heir", 30.0)) is None:
                    await shared_backend.elapse(0.05)
            assert await storage.now() >= fence.expires_at
            with pytest.raises(Conflict):
                await storage.commit({fence.key: fence.revision}, {"late": b""}, {})
            await storage.commit({heir.key: heir.revision}, {"done": b""}, {})

    on(shared_backend, scenario)


async def hold_everything(storage: Storage, link: Link) -> None:
    """Hold the store exclusively, with a commit inside, until killed."""
    async with storage.exclusive(5.0) as committer:
        link.send(await committer.commit({}, {"kept": b""}, {}))
        await link.receive()


def test_a_killed_holder_of_everything_lets_go(shared_backend: Backend) -> None:
    """Commits wait while another process holds the store, go on once it is killed, and what it committed stays."""

    async def scenario(storage: Storage) -> None:
        with worker(shared_backend.opener(), hold_everything) as other:
            made = await other.link.receive()
            assert await storage.synced() == made
            waiting = asyncio.create_task(storage.commit({"kept": made.number}, {"next": b""}, {}))
            await asyncio.sleep(0.2)
            assert not waiting.done()
            other.kill()
            async with asyncio.timeout(30):
                assert (await waiting).number == made.number + 1

    on(shared_backend, scenario)


async def commit_until_killed(storage: Storage, link: Link) -> None:
    """Commit pairs of rows, and say so after each."""
    for number in range(1, 100_000):
        value = b"%d" % number
        await storage.commit({}, {"left": value, "right": value}, {})
        link.send(number)


def test_a_killed_process_leaves_what_it_acknowledged(shared_backend: Backend) -> None:
    """After `kill -9` in the midst of commits, the last acknowledged one is there, wholly, and others go on."""

    async def scenario(storage: Storage) -> None:
        with worker(shared_backend.opener(), commit_until_killed) as other:
            last = 0
            while last < 30:
                last = await other.link.receive()
            other.kill()
            with contextlib.suppress(EOFError):
                while True:
                    last = await other.link.receive()
        entries = (await storage.get_many(["left", "right"])).entries
        assert entries["left"] == entries["right"]
        assert int(entries["left"].value) in (last, last + 1)
        made = await storage.commit({}, {"after": b""}, {})
        assert made.number == int(entries["left"].value) + 1

    on(shared_backend, scenario)


async def act(storage: Storage, link: Link) -> None:
    """Read, write, compare-and-set, revoke and use at random, and send the history."""
    link.send("ready")
    name, seed = await link.receive()
    history = History()
    await asyncio.gather(*(act_at_random(storage, history, f"{name}{n}", Random(seed * 10 + n)) for n in range(3)))
    link.send(history.events)


async def act_at_random(storage: Storage, history: History, client: str, chance: Random) -> None:
    """One client.  A value is never written twice, so that a stale one is recognised."""
    for number in range(ROUNDS):
        with contextlib.suppress(CommitUnknown):  # recorded as what may have happened
            await act_once(storage, history, client, f"{client}.{number}".encode(), chance)


async def act_once(storage: Storage, history: History, client: str, value: bytes, chance: Random) -> None:
    """Ask one thing."""
    key = f"r/{chance.randrange(KEYS)}"
    match chance.randrange(5):
        case 0:
            with history.record(client, key, Write(value)) as answer:
                await storage.commit({}, {key: value}, {})
                answer.call = Write(value)
        case 1:
            with history.record(client, key, None) as answer:
                entry = await storage.get(key)
                answer.call = Read(entry.value if entry else None)
        case 2:
            entry = await storage.get(key)
            old = entry.value if entry else None
            with history.record(client, key, CompareAndSet(old, value)) as answer:
                try:
                    await storage.commit({key: entry.revision if entry else 0}, {key: value}, {})
                    answer.call = CompareAndSet(old, value)
                except Conflict:
                    answer.call = CompareAndSet(old, value, done=False)
        case 3:
            with history.record(client, "uses", Use(granted=True)) as answer:
                try:
                    await storage.commit({}, {}, {"uses": Add(-1, 0, USES)})
                    answer.call = Use(granted=True)
                except OutOfRange:
                    answer.call = Use(granted=False)
        case _:
            with history.record(client, key, Write(None)) as answer:
                await storage.commit({}, {key: None}, {})
                answer.call = Write(None)


def test_concurrent_histories_are_linearizable(shared_backend: Backend) -> None:
    """Whatever nine clients in three processes do at once, an order of it explains every answer."""

    async def scenario(storage: Storage) -> None:
        revision = await storage.commit({}, {"uses": b"%d" % USES}, {})
        assert isinstance(revision, Revision)
        events: list[Event] = []
        with contextlib.ExitStack() as stack:
            others = [stack.enter_context(worker(shared_backend.opener(), act)) for _ in range(3)]
            for other in others:
                assert await other.link.receive() == "ready"
            for seed, other in enumerate(others):
                other.link.send(("abc"[seed], seed))
            for other in others:
                events += await other.link.receive()
                await asyncio.to_thread(other.join)
        assert len({event.client for event in events}) == 9
        assert violations(event for event in events if event.key != "uses") == []
        assert violations((event for event in events if event.key == "uses"), USES) == []
        assert sum(event.call == Use(granted=True) for event in events) <= USES

    on(shared_backend, scenario)
