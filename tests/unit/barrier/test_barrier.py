"""The barrier: what the store may not do to it, what its cache keeps, and how it follows other processes."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.cache import Row
from strongroom.barrier.cipher import RowCipher
from strongroom.barrier.keyring import Keyring, new_keyring, open_keyring, rotate, seal_keyring
from strongroom.barrier.record import encode
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import Internal, StorageError, Tampered
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from tests.sim.faulty_storage import Fail, Hold, Plan
from tests.unit.barrier.places import AREA, ROOT_KEY, Note, Place, SecretNote, StalledAnswer, get, put, text_of


@pytest.mark.parametrize("at", [0, 1, 4, 5, 8, 9, 24, 25, 36, 37, -1])
async def test_an_altered_row_is_noticed(at: int) -> None:
    """A flipped bit anywhere, in format, keyring id, term, salt, nonce, ciphertext or tag, is `Tampered`."""
    place = await Place().start()
    await put(await place.process(), {"a": "text"})
    entry = await place.storage.get(AREA + "a")
    assert entry is not None
    row = bytearray(entry.value)
    row[at] ^= 1
    await place.storage.commit({}, {AREA + "a": bytes(row)}, {})
    with pytest.raises(Tampered):
        await get(await place.process(), "a")


async def test_a_truncated_row_is_noticed() -> None:
    """A row cut to any length is `Tampered`, also for a process that has that row's key at hand."""
    place = await Place().start()
    writer = await place.process()
    await put(writer, {"a": "text"})
    entry = await place.storage.get(AREA + "a")
    assert entry is not None
    for length in range(len(entry.value)):
        await place.storage.commit({}, {AREA + "a": entry.value[:length]}, {})
        with pytest.raises(Tampered):
            await get(writer, "a")


async def test_a_row_is_bound_to_its_key() -> None:
    """A row copied to another key is `Tampered` there, and still right at its own."""
    place = await Place().start()
    barrier = await place.process()
    await put(barrier, {"a": "mine", "b": "other"})
    entry = await place.storage.get(AREA + "a")
    assert entry is not None
    await place.storage.commit({}, {AREA + "b": entry.value}, {})
    with pytest.raises(Tampered):
        await get(barrier, "b")
    assert await get(barrier, "a") == "mine"


async def test_a_record_of_another_type_is_refused() -> None:
    """Reading a row as another type is `Internal`, cached or not, own write or not; nothing is reinterpreted."""
    place = await Place().start()
    barrier = await place.process()
    await put(barrier, {"a": "text"})

    async def own(txn: Transaction) -> None:
        txn.write(AREA + "b", Note(text="x"))
        await txn.read(AREA + "b", SecretNote)

    await get(barrier, "a")
    with pytest.raises(Internal):
        await transact(barrier, lambda txn: txn.read(AREA + "a", SecretNote))
    with pytest.raises(Internal):
        await transact(await place.process(), lambda txn: txn.read(AREA + "a", SecretNote))
    with pytest.raises(Internal):
        await transact(barrier, own)


async def _rotate(place: Place) -> Keyring:
    entry = await place.storage.get(keys.KEYRING)
    assert entry is not None
    newer = rotate(open_keyring(ROOT_KEY, entry.value), place.random, 2.0)
    row = seal_keyring(ROOT_KEY, newer, place.random)
    await place.storage.commit({keys.KEYRING: entry.revision}, {keys.KEYRING: row}, {})
    return newer


async def test_a_rotation_by_another_process_is_followed() -> None:
    """After a rotation a process reads rows of the new term and of the old one, and writes under the new one."""
    place = await Place().start()
    first = await place.process()
    await put(first, {"a": "old term"})
    newer = await _rotate(place)
    await put(await place.process(), {"b": "new term"})
    assert await get(first, "b") == "new term"
    assert await get(first, "a") == "old term"
    await put(first, {"c": "x"})
    entry = await place.storage.get(AREA + "c")
    assert entry is not None
    assert int.from_bytes(entry.value[5:9], "big") == newer.active == 2


async def test_a_write_that_a_rotation_overtakes_is_encrypted_again() -> None:
    """A process that is writing while another rotates commits nothing under the term that was replaced."""
    place = await Place().start()
    writer = await place.process()
    newer: Keyring | None = None

    async def body(txn: Transaction) -> None:
        nonlocal newer
        txn.write(AREA + "a", Note(text="x"))
        newer = newer or await _rotate(place)

    await transact(writer, body)
    entry = await place.storage.get(AREA + "a")
    assert entry is not None
    assert newer is not None
    assert int.from_bytes(entry.value[5:9], "big") == newer.active


async def test_an_unknown_term_makes_a_reader_reload() -> None:
    """A row whose term the feed has not told of yet is read all the same; a term that exists nowhere is `Tampered`."""
    place = await Place().start()
    reader = await place.process()
    newer = await _rotate(place)
    sealed = RowCipher(newer, place.random).seal(AREA + "a", encode(Note(text="early")))
    note = await reader.record(AREA + "a", Row(1, sealed), Note)
    assert note == Note(text="early")
    beyond = RowCipher(rotate(newer, place.random, 3.0), place.random).seal(AREA + "a", encode(Note()))
    with pytest.raises(Tampered):
        await reader.record(AREA + "a", Row(1, beyond), Note)


async def test_a_failed_reload_is_repeated() -> None:
    """When the store fails just as a rotated keyring is read, the next request reads it, and writes under it."""
    place = await Place().start()
    plan = Plan()
    barrier = await place.process(plan)
    await put(barrier, {"a": "x"})
    await _rotate(place)
    plan.add("get", Fail())
    with pytest.raises(StorageError):
        await barrier.sync()
    await barrier.sync()
    assert barrier.keyring.active == 2


async def test_a_replaced_keyring_stops_everything() -> None:
    """A keyring row that isn't sealed by this root key, or is gone, makes every request fail, not only the first."""
    for row in (seal_keyring(Secret(bytes(32)), new_keyring(SystemRandom(), 1.0), SystemRandom()), b"", None):
        place = await Place().start()
        barrier = await place.process()
        await put(barrier, {"a": "x"})
        await place.storage.commit({}, {keys.KEYRING: row}, {})
        for _ in range(3):
            with pytest.raises(Tampered):
                await get(barrier, "a")
        with pytest.raises(Tampered):
            await place.process()


async def test_which_keyrings_are_covered() -> None:
    """One with the same terms or fewer is; one that was rotated otherwise isn't, though the root key opens it."""
    place = await Place().start()
    barrier = await place.process()
    before = barrier.keyring
    here, elsewhere = (rotate(before, place.random, 2.0) for _ in range(2))
    older, newer, other = (seal_keyring(ROOT_KEY, each, place.random) for each in (before, here, elsewhere))
    assert (barrier.covers(older), barrier.covers(newer)) == (True, False)
    await place.storage.commit({}, {keys.KEYRING: newer}, {})
    await barrier.sync()
    assert [barrier.covers(row) for row in (older, newer, other)] == [True, True, False]
    with pytest.raises(Tampered):
        barrier.covers(seal_keyring(Secret(bytes(32)), before, place.random))


async def test_the_root_key_of_another_store_does_not_open() -> None:
    """`Barrier.open` refuses a root key that isn't this store's."""
    place = await Place().start()
    with pytest.raises(Tampered):
        await Barrier.open(place.storage, Secret(bytes(32)), place.random)


async def test_no_two_rows_share_key_and_nonce() -> None:
    """Rows of one process differ in nonce, rows of two processes and of two terms in salt."""
    place = await Place().start()
    first, second = await place.process(), await place.process()

    def sealed(barrier: Barrier) -> bytes:
        return barrier.rings.at(AREA + "a").cipher.seal(AREA + "a", encode(Note()))

    rows = [sealed(barrier) for barrier in (first, second) for _ in range(50)]
    await _rotate(place)
    await first.sync()
    rows += [sealed(first) for _ in range(50)]
    assert len({row[:37] for row in rows}) == len(rows)
    assert len({row[9:25] for row in rows}) == 3


async def test_secret_records_never_stay_decoded() -> None:
    """After a read the cache holds the ciphertext of a secret record only, and the decoded form of an open one."""
    place = await Place().start()
    barrier = await place.process()

    async def write(txn: Transaction) -> None:
        txn.write(AREA + "secret", SecretNote(text="canary"))
        txn.write(AREA + "open", Note(text="plain"))

    async def read(txn: Transaction) -> None:
        assert await txn.read(AREA + "secret", SecretNote) == SecretNote(text="canary")
        assert await txn.read(AREA + "open", Note) == Note(text="plain")

    await transact(barrier, write)
    await transact(barrier, read)
    secret, plain = barrier.cache.row(AREA + "secret"), barrier.cache.row(AREA + "open")
    assert secret is not None
    assert secret.record is None
    assert secret.raw is not None
    assert b"canary" not in secret.raw
    assert plain is not None
    assert plain.record == Note(text="plain")


async def test_a_fill_overtaken_by_the_feed_is_thrown_away() -> None:
    """A row that was changed while it was being read from the store is read again, and nothing stale is cached."""
    place = await Place().start()
    await put(await place.process(), {"a": "old"})
    stalled = StalledAnswer(place.storage, "get_many")
    barrier = await Barrier.open(stalled, ROOT_KEY, place.random)
    await barrier.sync()
    fill = asyncio.create_task(barrier.row(AREA + "a"))
    await stalled.answered.wait()  # the old row is on its way
    await put(await place.process(), {"a": "new"})
    await barrier.sync()  # another request hears of the change first
    stalled.go_on.set()
    row = await fill
    assert await barrier.record(AREA + "a", row, Note) == Note(text="new")
    assert await get(barrier, "a") == "new"


async def test_a_feed_that_does_not_reach_back_drops_everything() -> None:
    """A process that slept too long for the feed forgets all rows and derived values, and sees the present."""
    place = await Place(feed_commits=3).start()
    sleeper = await place.process()
    await put(sleeper, {"a": "old", "b": "same"})

    async def derive(txn: Transaction) -> str | None:
        return await txn.derived("upper", lambda inner: text_of(inner, "a"))

    assert await transact(sleeper, derive) == "old"
    other = await place.process()
    await put(other, {"a": "new"})
    for number in range(5):
        await put(other, {f"n{number}": "x"})
    assert await get(sleeper, "a") == "new"
    assert await transact(sleeper, derive) == "new"


@pytest.mark.parametrize("ahead", [-2, 0, 2])
async def test_another_history_drops_everything(ahead: int) -> None:
    """After the store was replaced by a backup, older, as old or newer by number, no row of the old one is seen."""
    place = await Place().start()
    barrier = await place.process()
    for number in range(5):
        await put(barrier, {"a": f"lost {number}", "gone": "lost"})
    assert await get(barrier, "a") == "lost 4"
    before = barrier.revision
    restored = await place.restored()
    writer = await restored.process()
    while writer.revision < before + ahead:
        await put(writer, {"a": "restored"})
        await writer.sync()
    place.become(restored)
    assert await get(barrier, "a") == "restored"
    assert await get(barrier, "gone") is None
    assert barrier.revision == before + ahead


async def test_a_transaction_does_not_go_on_in_another_history() -> None:
    """A request that began before the store was replaced begins again; it answers from one history alone."""
    place = await Place().start()
    barrier = await place.process()
    for number in range(5):
        await put(barrier, {"a": f"lost {number}", "b": f"lost {number}"})
    runs = 0

    async def body(txn: Transaction) -> tuple[str | None, str | None]:
        nonlocal runs
        runs += 1
        one = await text_of(txn, "a")
        if runs == 1:
            restored = await place.restored()
            await put(await restored.process(), {"a": "restored", "b": "restored"})
            place.become(restored)
        return one, await text_of(txn, "b")

    assert await transact(barrier, body) == ("restored", "restored")
    assert runs == 2


async def test_syncs_at_the_same_time_agree() -> None:
    """Of two requests that follow the feed at once, the slower one neither loses a change nor goes back."""
    place = await Place().start()
    hold = Hold()
    plan = Plan(changed_since=[hold])
    barrier = await place.process(plan)
    other = await place.process()
    await put(other, {"a": "1"})
    slow = asyncio.create_task(barrier.sync())
    await hold.reached.wait()
    await put(other, {"a": "2"})
    assert await get(barrier, "a") == "2"
    ahead = barrier.revision
    hold.released.set()
    assert await slow == ahead
    assert await get(barrier, "a") == "2"
