"""Following a new root key: who finds it, who doesn't, and what the rows that lead there give away."""

from __future__ import annotations

import pytest

from strongroom.barrier import keys, succession
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.keyring import seal_keyring
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import Tampered
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from tests.unit.barrier.places import ROOT_KEY, Place, get, put

KEYS = [ROOT_KEY, *(Secret(bytes([number] * 32)) for number in (1, 2, 3))]


async def replace(barrier: Barrier, root_key: Secret) -> None:
    """Put the keyring under another root key, as a rekeying does."""

    async def body(txn: Transaction) -> None:
        row = await txn.read_plain(keys.KEYRING)
        assert row is not None
        keyring = await barrier.keyring_in(row)
        txn.write_plain(keys.KEYRING, seal_keyring(root_key, keyring, SystemRandom()))
        txn.write_plain(*barrier.root.successor_row(root_key, 5.0))

    await transact(barrier, body)


async def test_whoever_runs_follows_step_by_step() -> None:
    """A process that missed several root keys finds the last one, and tells of each in order."""
    place = await Place().start()
    here = await place.process()
    told: list[tuple[str, Secret]] = []
    there = await Barrier.open(place.storage, ROOT_KEY, place.random, lambda *told_of: told.append(told_of))
    await put(here, {"a": "one"})
    for key in KEYS[1:]:
        await replace(here, key)
    assert await get(there, "a") == "one"
    assert told == [(succession.fingerprint(KEYS[n]), KEYS[n + 1]) for n in range(3)]
    await put(there, {"a": "two"})
    assert await get(here, "a") == "two"


async def test_a_process_that_starts_with_a_former_root_key_follows_too() -> None:
    """The supervisor may hand out a root key that was replaced a moment ago."""
    place = await Place().start()
    here = await place.process()
    await replace(here, KEYS[1])
    told: list[str] = []
    there = await Barrier.open(place.storage, ROOT_KEY, place.random, lambda before, after: told.append(before))
    assert told == [succession.fingerprint(ROOT_KEY)]
    await replace(there, KEYS[2])
    await put(here, {"a": "b"})
    assert (await Barrier.open(place.storage, KEYS[2], place.random)).keyring == here.keyring


async def test_another_root_key_finds_nothing() -> None:
    """The row that leads on is neither found nor opened without the former root key."""
    place = await Place().start()
    await replace(await place.process(), KEYS[1])
    with pytest.raises(Tampered):
        await Barrier.open(place.storage, KEYS[2], place.random)
    ((name),) = (await place.storage.scan(keys.SUCCESSORS)).names
    row = await place.storage.get(keys.SUCCESSORS + name)
    assert row is not None
    assert succession.open_successor(ROOT_KEY, row.value) == KEYS[1]
    with pytest.raises(Tampered):
        succession.open_successor(KEYS[2], row.value)
    assert KEYS[1].reveal() not in row.value
    assert ROOT_KEY.reveal().hex() not in name


def test_a_row_that_was_altered_leads_nowhere() -> None:
    """Neither another time nor another ciphertext nor another key's row is believed."""
    row = succession.seal_successor(ROOT_KEY, KEYS[1], 5.0, SystemRandom())
    assert succession.open_successor(ROOT_KEY, row) == KEYS[1]
    for altered in (row.replace(b"5.0", b"6.0"), row[:-4] + b'A"}', b"{}", b""):
        with pytest.raises(Tampered):
            succession.open_successor(ROOT_KEY, altered)


def test_the_row_stays_for_an_hour() -> None:
    """Its time is in clear, for whoever removes it."""
    row = succession.seal_successor(ROOT_KEY, KEYS[1], 5.0, SystemRandom())
    assert not succession.is_over(row, 5.0 + succession.KEPT_S - 1)
    assert succession.is_over(row, 5.0 + succession.KEPT_S)


async def test_what_is_written_under_a_replaced_root_key_is_not_committed() -> None:
    """A rotation that began under the former root key writes a keyring that the new one opens."""
    place = await Place().start()
    here, there = await place.process(), await place.process()
    runs = 0

    async def rotation(txn: Transaction) -> None:
        nonlocal runs
        runs += 1
        row = await txn.read_plain(keys.KEYRING)
        assert row is not None
        keyring = await there.keyring_in(row)
        if runs == 1:
            await replace(here, KEYS[1])
        txn.write_plain(keys.KEYRING, there.root.seal(keyring))

    await transact(there, rotation)
    assert runs == 2
    await Barrier.open(place.storage, KEYS[1], place.random)
