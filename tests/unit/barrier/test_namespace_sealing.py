"""Sealing a namespace: what each process gives up, and when."""

from __future__ import annotations

import asyncio
import gc

import pytest

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import NamespaceSealed, StorageError, Tampered
from strongroom.sealing.namespaces import seal_of
from tests.sim.faulty_storage import Fail, Hold, Plan
from tests.unit.barrier.places import Note, Place
from tests.unit.barrier.tenants import ROOT, again, found, plain, read, row, seal, write


async def test_a_sealing_counts_at_once_in_every_process() -> None:
    """After the commit no process reads a row of it, though both had it in their caches."""
    place = await Place().start()
    first, second = await place.process(), await place.process()
    key = await found(first, "tenant")
    for barrier in (first, second):
        await barrier.namespaces.open(key)
        assert await read(barrier, "tenant") == "of tenant"
    await seal(first, "tenant")
    for barrier in (first, second):
        with pytest.raises(NamespaceSealed):
            await read(barrier, "tenant")
        assert not barrier.rings.is_open("tenant")


async def test_nothing_of_a_sealed_namespace_stays_in_the_cache() -> None:
    """Rows, derived values and keys of it and of one below it are gone; those of others stay."""
    place = await Place().start()
    barrier, other = await place.process(), await place.process()
    await barrier.namespaces.open(await found(barrier, "tenant"))
    await plain(barrier, "below", "tenant")
    await write(barrier, "below", "canary")
    await write(barrier, ROOT, "text")

    async def derive(txn: Transaction, namespace: str) -> list[str | None]:
        note = await txn.read(row(namespace), Note)
        return [note.text if note else None, *await txn.list(keys.area(namespace, "test"))]

    for namespace in ("tenant", "below", ROOT):
        name = ("test", namespace)
        await transact(
            barrier,
            lambda txn, name=name, of=namespace: txn.derived(name, lambda inner: derive(inner, of)),  # type: ignore[misc]
        )
    cipher = barrier.rings.ring("tenant").cipher
    await seal(other, "tenant")
    await barrier.sync()
    cache = barrier.cache
    assert not [key for key in cache._rows if keys.namespace_at(key) in {"tenant", "below"}]
    assert list(cache._derived) == [("test", ROOT)]
    assert cache.row(row(ROOT)) is not None
    assert cipher.keyring is None
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, Note) and each.text == "canary"]


async def test_a_request_under_way_does_not_answer_from_a_sealed_namespace() -> None:
    """A transaction that has read a row and its namespace's seal runs again when the seal is closed."""
    place = await Place().start()
    barrier, other = await place.process(), await place.process()
    await barrier.namespaces.open(await found(barrier, "tenant"))
    runs = 0

    async def body(txn: Transaction) -> str | None:
        nonlocal runs
        runs += 1
        await seal_of(txn, ROOT, "tenant")
        note = await txn.read(row("tenant"), Note)
        if runs == 1:
            await seal(other, "tenant")
            await barrier.sync()
        return note.text if note else None

    async def _seal(txn: Transaction) -> object:
        from strongroom.sealing.namespaces import seal_of

        return await seal_of(txn, ROOT, "tenant")

    with pytest.raises(NamespaceSealed):
        await transact(barrier, body)
    assert runs == 2


async def test_a_key_of_an_earlier_epoch_opens_nothing() -> None:
    """A process that gets the key late, after a sealing, refuses it and says so; the key of the new epoch opens."""
    place = await Place().start()
    barrier, late = await place.process(), await place.process()
    key = await found(barrier, "tenant")
    await seal(barrier, "tenant")
    told: list[tuple[str, tuple[int, ...]]] = []
    late.namespaces.told = lambda namespace, epoch: told.append((namespace, epoch))
    with pytest.raises(NamespaceSealed):
        await late.namespaces.open(key)
    assert told == [("tenant", (0,))]
    await late.namespaces.open(again(key, (1,)))
    assert await read(late, "tenant") == "of tenant"


async def test_what_lies_below_is_sealed_with_it() -> None:
    """A sealable namespace in a sealable one closes with it, stays closed when the outer one is opened again, and its
    former key has ended everywhere."""
    place = await Place().start()
    barrier, other = await place.process(), await place.process()
    outer = await found(barrier, "outer")
    await barrier.namespaces.open(outer)
    inner = await found(barrier, "inner", "outer")
    assert inner.epoch == (0, 0)
    await barrier.namespaces.open(inner)
    await other.namespaces.open(outer)
    await other.namespaces.open(inner)
    assert await read(other, "inner") == "of inner"
    await seal(barrier, "outer")
    for each in (barrier, other):
        with pytest.raises(NamespaceSealed):
            await read(each, "inner")
        await each.namespaces.open(again(outer, (1,)))
        with pytest.raises(NamespaceSealed):
            await read(each, "inner")
        with pytest.raises(NamespaceSealed):
            await each.namespaces.open(inner)
    await barrier.namespaces.open(again(inner, (1, 0)))
    assert await read(barrier, "inner") == "of inner"


async def test_an_inner_namespace_does_not_open_under_a_sealed_one() -> None:
    """Its root key alone is not enough."""
    place = await Place().start()
    barrier, other = await place.process(), await place.process()
    outer = await found(barrier, "outer")
    await barrier.namespaces.open(outer)
    inner = await found(barrier, "inner", "outer")
    with pytest.raises(NamespaceSealed):
        await other.namespaces.open(inner)
    assert not other.rings.is_open("inner")


async def test_sealing_the_inner_one_leaves_the_outer_one_open() -> None:
    """Only what lies below is closed."""
    place = await Place().start()
    barrier = await place.process()
    await barrier.namespaces.open(await found(barrier, "outer"))
    await barrier.namespaces.open(await found(barrier, "inner", "outer"))
    await seal(barrier, "inner", "outer")
    assert await read(barrier, "outer") == "of outer"
    with pytest.raises(NamespaceSealed):
        await read(barrier, "inner")


async def test_an_idle_process_keeps_its_keyrings_when_the_feed_is_too_short() -> None:
    """A process that missed too many commits asks the store, goes on with what isn't sealed, and keeps no more."""
    place = await Place(feed_commits=4).start()
    idle, busy = await place.process(), await place.process()
    kept, lost = await found(busy, "kept"), await found(busy, "lost")
    await idle.namespaces.open(kept)
    await idle.namespaces.open(lost)
    await seal(busy, "lost")
    emptied: list[str] = []
    idle.namespaces.forgetting.append(lambda: emptied.append("names and tokens"))
    for number in range(20):
        await write(busy, ROOT, str(number))
    assert await read(idle, "kept") == "of kept"
    with pytest.raises(NamespaceSealed):
        await read(idle, "lost")
    assert emptied


async def test_requests_wait_while_keyrings_are_reviewed() -> None:
    """While one request asks the store again, another one of the same namespace isn't refused."""
    place = await Place(feed_commits=4).start()
    plan, hold = Plan(), Hold()
    idle, busy = await place.process(plan), await place.process()
    await idle.namespaces.open(await found(busy, "tenant"))
    for number in range(20):
        await write(busy, ROOT, str(number))
    plan._faults["get_many"].append(hold)
    first = asyncio.create_task(read(idle, "tenant"))
    await hold.reached.wait()
    second = asyncio.create_task(read(idle, "tenant"))
    await asyncio.sleep(0)
    hold.released.set()
    assert list(await asyncio.gather(first, second)) == ["of tenant", "of tenant"]


async def test_a_store_that_fails_during_the_review_is_asked_again() -> None:
    """The request fails by the store's error, and the next one finds the namespace open."""
    place = await Place(feed_commits=4).start()
    plan = Plan()
    idle, busy = await place.process(plan), await place.process()
    await idle.namespaces.open(await found(busy, "tenant"))
    for number in range(20):
        await write(busy, ROOT, str(number))
    plan._faults["get_many"].append(Fail())
    with pytest.raises(StorageError):
        await read(idle, "tenant")
    assert await read(idle, "tenant") == "of tenant"


async def test_a_store_that_fails_at_the_opening_is_asked_again() -> None:
    """A process that can't read the seal when the key comes opens by itself later."""
    place = await Place().start()
    plan = Plan()
    barrier = await place.process(plan)
    key = await found(barrier, "tenant")
    plan._faults["get_many"].append(Fail())
    with pytest.raises(StorageError):
        await barrier.namespaces.open(key)
    assert await read(barrier, "tenant") == "of tenant"


async def test_a_replaced_history_in_which_it_was_not_yet_sealed_opens_nothing() -> None:
    """After an older copy of the store took the place of the present one, a key of a later epoch has ended."""
    place = await Place().start()
    barrier = await place.process()
    key = await found(barrier, "tenant")
    older = await place.restored()
    for where in (keys.namespace_keyring("tenant"), keys.namespace_seal(ROOT, "tenant"), row("tenant")):
        entry = await place.storage.get(where)
        assert entry is not None
        await older.storage.commit({}, {where: entry.value}, {})
    await seal(barrier, "tenant")
    await barrier.namespaces.open(again(key, (1,)))
    assert await read(barrier, "tenant") == "of tenant"
    place.become(older)
    with pytest.raises(NamespaceSealed):
        await read(barrier, "tenant")


async def test_a_seal_that_was_altered_or_removed_closes() -> None:
    """Whoever changes the row of the seal seals the namespace, and the root goes on."""
    place = await Place().start()
    for value in (b"garbled", None):
        barrier, other = await place.process(), await place.process()
        namespace = "removed" if value is None else "altered"
        key = await found(barrier, namespace)
        await barrier.namespaces.open(key)
        await place.storage.commit({}, {keys.namespace_seal(ROOT, namespace): value}, {})
        with pytest.raises(NamespaceSealed):
            await read(barrier, namespace)
        with pytest.raises((Tampered, NamespaceSealed)):
            await other.namespaces.open(key)
        await write(barrier, ROOT, "text")
        assert await read(barrier, ROOT) == "text"


async def test_a_sealed_namespace_is_told_of_once() -> None:
    """Each keyring that a process gives up is told of, with its epoch."""
    place = await Place().start()
    barrier = await place.process()
    told: list[tuple[str, tuple[int, ...]]] = []
    barrier.namespaces.told = lambda namespace, epoch: told.append((namespace, epoch))
    await barrier.namespaces.open(await found(barrier, "outer"))
    await barrier.namespaces.open(await found(barrier, "inner", "outer"))
    await seal(barrier, "outer")
    await barrier.sync()
    await barrier.sync()
    assert sorted(told) == [("inner", (0, 0)), ("outer", (0,))]
