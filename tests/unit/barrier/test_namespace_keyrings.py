"""Keyrings of namespaces: which rows they encrypt, and what a writer of the store can't do with them."""

from __future__ import annotations

import pytest

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.cipher import RowCipher
from strongroom.barrier.keyring import new_keyring, open_keyring, seal_keyring
from strongroom.barrier.namespace_keys import NamespacePlace
from strongroom.barrier.record import encode
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import Internal, NamespaceSealed, Tampered
from strongroom.lib.secret import Secret
from strongroom.storage.base import Add
from tests.unit.barrier.places import ROOT_KEY, Note, Place
from tests.unit.barrier.tenants import ROOT, again, found, plain, read, row, seal, write


async def test_a_namespace_is_sealed_until_its_root_key_comes() -> None:
    """A new namespace's rows are written, and nothing of it can be read, listed, counted or written before."""
    place = await Place().start()
    barrier = await place.process()
    key = await found(barrier, "tenant")

    async def touch(txn: Transaction, how: str) -> None:
        match how:
            case "read":
                await txn.read(row("tenant"), Note)
            case "read absent":
                await txn.read(row("tenant", "none"), Note)
            case "list":
                await txn.list(keys.area("tenant", "test"))
            case "scan":
                await txn.scan(keys.area("tenant", "test"))
            case "counter":
                await txn.counter(row("tenant", "count"))
            case "write":
                txn.write(row("tenant"), Note())
            case "write plain":
                txn.write_plain(row("tenant"), b"1")
            case "delete":
                txn.delete(row("tenant"))
            case "add":
                txn.add(row("tenant", "count"), 1, 0, 9)
            case "charge":
                await txn.charge("x", {row("tenant", "count"): Add(1, 0, 9)})

    ways = ("read", "read absent", "list", "scan", "counter", "write", "write plain", "delete", "add", "charge")
    for how in ways:
        with pytest.raises(NamespaceSealed):
            await transact(barrier, lambda txn, how=how: touch(txn, how))  # type: ignore[misc]
    await barrier.namespaces.open(key)
    for how in ways:
        await transact(barrier, lambda txn, how=how: touch(txn, how))  # type: ignore[misc]


async def test_rows_are_under_the_keyring_of_their_namespace() -> None:
    """A namespace's rows and those of one below it name its keyring; those of root and of a plain one name root's."""
    place = await Place().start()
    barrier = await place.process()
    await barrier.namespaces.open(await found(barrier, "tenant"))
    await plain(barrier, "below", "tenant")
    await plain(barrier, "plain")
    stored = {}
    for namespace in ("tenant", "below", "plain", ROOT):
        await write(barrier, namespace, "text")
        entry = await place.storage.get(row(namespace))
        assert entry is not None
        stored[namespace] = entry.value[1:5]
    assert stored["tenant"] == stored["below"] != bytes(4)
    assert stored["plain"] == stored[ROOT] == bytes(4)
    assert [await read(barrier, namespace) for namespace in stored] == ["text"] * 4


async def test_a_namespace_that_does_not_exist_takes_no_rows() -> None:
    """Nothing is written or deleted in it, a row that stands there isn't read, and no keyring is taken by default."""
    place = await Place().start()
    barrier = await place.process()
    assert await read(barrier, "unknown") is None
    with pytest.raises(Internal):
        await write(barrier, "unknown", "x")

    async def delete(txn: Transaction) -> None:
        txn.delete(row("unknown"))

    with pytest.raises(Internal):
        await transact(barrier, delete)
    assert await place.storage.get(row("unknown")) is None
    planted = RowCipher(barrier.keyring, place.random).seal(row("unknown"), encode(Note(text="planted")))
    await place.storage.commit({}, {row("unknown"): planted}, {})
    with pytest.raises(Internal):
        await read(barrier, "unknown")


async def test_every_process_finds_a_namespace_by_itself() -> None:
    """Also deep below, in one that has never heard of it, and however often the store was replaced in between."""
    place = await Place(feed_commits=4).start()
    first, second = await place.process(), await place.process()
    key = await found(first, "tenant")
    await first.namespaces.open(key)
    await plain(first, "below", "tenant")
    await plain(first, "deep", "below")
    with pytest.raises(NamespaceSealed):
        await read(second, "deep")
    await second.namespaces.open(key)
    for number in range(3):
        for step in range(10):
            await write(first, ROOT, f"{number} {step}")
        assert [await read(second, name) for name in ("deep", "below")] == ["of deep", "of below"]


async def test_an_id_that_is_given_out_again_is_learnt_anew() -> None:
    """A namespace whose place in the tree has changed isn't read with the keyring of before."""
    place = await Place().start()
    barrier, other = await place.process(), await place.process()
    await plain(barrier, "twice")
    assert await read(other, "twice") == "of twice"
    await other.namespaces.open(await found(barrier, "tenant"))
    place_row = keys.namespace_place("twice")

    async def end(txn: Transaction) -> None:
        txn.clear(row("twice"))
        txn.delete(place_row)

    await transact(barrier, end)
    await barrier.namespaces.open(await found(barrier, "outer"))
    await plain(barrier, "twice", "outer")
    with pytest.raises(NamespaceSealed):
        await read(other, "twice")


async def test_places_that_lead_in_a_circle_lead_nowhere() -> None:
    """Two rows that name each other as parent are no namespaces."""
    barrier = await (await Place().start()).process()

    async def body(txn: Transaction) -> None:
        for name, parent in (("a", "b"), ("b", "a")):
            txn.write(keys.namespace_place(name), NamespacePlace(parent=parent, name=name))

    await transact(barrier, body)
    assert await read(barrier, "a") is None
    with pytest.raises(Internal):
        await write(barrier, "a", "text")


async def test_a_row_moved_between_namespaces_does_not_open() -> None:
    """A row of one namespace copied into another, in either direction, is `Tampered` there."""
    place = await Place().start()
    barrier = await place.process()
    await barrier.namespaces.open(await found(barrier, "tenant"))
    await plain(barrier, "plain")
    for source, target in (("tenant", "plain"), ("plain", "tenant"), ("tenant", ROOT)):
        entry = await place.storage.get(row(source))
        assert entry is not None
        await place.storage.commit({}, {row(target, "moved"): entry.value}, {})
        with pytest.raises(Tampered):
            await read(barrier, target, "moved")


async def test_a_holder_of_one_keyring_plants_nothing_in_another_namespace() -> None:
    """A row that was made for its key with another namespace's keyring doesn't open, though the process has both."""
    place = await Place().start()
    barrier = await place.process()
    key = await found(barrier, "tenant")
    await barrier.namespaces.open(key)
    entry = await place.storage.get(keys.namespace_keyring("tenant"))
    assert entry is not None
    stolen = RowCipher(open_keyring(key.root_key, entry.value, keys.namespace_keyring("tenant")), place.random)
    planted = stolen.seal(row(ROOT, "planted"), encode(Note(text="planted")))
    named_root = planted[:1] + bytes(4) + planted[5:]
    for value in (planted, named_root):
        await place.storage.commit({}, {row(ROOT, "planted"): value}, {})
        with pytest.raises(Tampered):
            await read(barrier, ROOT, "planted")
    roots = RowCipher(barrier.keyring, place.random).seal(row("tenant", "planted"), encode(Note(text="planted")))
    named_tenant = roots[:1] + stolen.keyring.id.to_bytes(4, "big") + roots[5:]
    for value in (roots, named_tenant):
        await place.storage.commit({}, {row("tenant", "planted"): value}, {})
        with pytest.raises(Tampered):
            await read(barrier, "tenant", "planted")


@pytest.mark.parametrize("at", [1, 4, 5, 8, 9, 24, 25, -1])
async def test_an_altered_row_of_a_namespace_is_noticed(at: int) -> None:
    """A flipped bit in its header or ciphertext is `Tampered`, also one that names another term."""
    place = await Place().start()
    barrier = await place.process()
    await barrier.namespaces.open(await found(barrier, "tenant"))
    entry = await place.storage.get(row("tenant"))
    assert entry is not None
    altered = bytearray(entry.value)
    altered[at] ^= 1
    await place.storage.commit({}, {row("tenant"): bytes(altered)}, {})
    with pytest.raises(Tampered):
        await read(barrier, "tenant")


async def test_another_root_key_or_keyring_does_not_open() -> None:
    """A wrong root key, another namespace's keyring row and a missing one open nothing."""
    place = await Place().start()
    barrier = await place.process()
    key, other = await found(barrier, "tenant"), await found(barrier, "other")
    with pytest.raises(Tampered):
        await barrier.namespaces.open(again(key, key.epoch, Secret(bytes(32))))
    entry = await place.storage.get(keys.namespace_keyring("other"))
    assert entry is not None
    await place.storage.commit({}, {keys.namespace_keyring("tenant"): entry.value}, {})
    with pytest.raises(Tampered):
        await barrier.namespaces.open(again(key, key.epoch, other.root_key))
    await place.storage.commit({}, {keys.namespace_keyring("tenant"): None}, {})
    with pytest.raises(NamespaceSealed):
        await barrier.namespaces.open(key)
    assert not barrier.rings.is_open("tenant")


async def test_a_planted_keyring_with_a_known_root_key_reads_nothing_of_before() -> None:
    """Who puts another keyring under a root key of his own into the store still can't read older rows."""
    place = await Place().start()
    barrier = await place.process()
    key, mine = await found(barrier, "tenant"), Secret(bytes(range(1, 33)))
    where = keys.namespace_keyring("tenant")
    await place.storage.commit(
        {}, {where: seal_keyring(mine, new_keyring(place.random, 1.0, 7), place.random, where)}, {}
    )
    await barrier.namespaces.open(again(key, key.epoch, mine))
    with pytest.raises(Tampered):
        await read(barrier, "tenant")


async def test_rows_of_a_sealed_namespace_can_be_cleared() -> None:
    """`clear` removes them without a key, and only them."""
    place = await Place().start()
    barrier = await place.process()
    await found(barrier, "tenant")

    async def body(txn: Transaction) -> None:
        txn.clear(row("tenant"))

    await transact(barrier, body)
    assert await place.storage.get(row("tenant")) is None


async def test_one_transaction_writes_both_sides() -> None:
    """A commit with rows of root and of a namespace is one, and conflicts with a sealing that comes between."""
    place = await Place().start()
    barrier, other = await place.process(), await place.process()
    await barrier.namespaces.open(await found(barrier, "tenant"))
    runs = 0

    async def body(txn: Transaction) -> None:
        nonlocal runs
        runs += 1
        txn.write(row(ROOT), Note(text="both"))
        txn.write(row("tenant"), Note(text="both"))
        if runs == 1:
            await seal(other, "tenant")

    with pytest.raises(NamespaceSealed):
        await transact(barrier, body)
    assert runs == 2
    assert await read(barrier, ROOT) is None


async def test_the_keys_are_not_shown() -> None:
    """Neither a root key nor a keyring is in the text of what holds them."""
    place = await Place().start()
    barrier = await place.process()
    key = await found(barrier, "tenant")
    await barrier.namespaces.open(key)
    shown = f"{key!r} {barrier.rings.ring('tenant')!r}"
    assert "tenant" in shown
    assert "Secret" not in shown
    assert "key=" not in shown


async def test_root_stays_open() -> None:
    """Closing root's keyring by this way does nothing."""
    place = await Place().start()
    barrier = await Barrier.open(place.storage, ROOT_KEY, place.random)
    barrier.namespaces.close(ROOT)
    await write(barrier, ROOT, "text")
    assert await read(barrier, ROOT) == "text"
