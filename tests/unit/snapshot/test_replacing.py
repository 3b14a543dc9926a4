"""The rows of a store are replaced by those of a snapshot, whole or not at all as far as anybody can see."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.barrier import keys
from strongroom.barrier.barrier import require_whole
from strongroom.barrier.restored import Restored, decoded
from strongroom.lib.errors import StorageError, Unavailable
from strongroom.snapshot.reading import Reading
from strongroom.snapshot.restoring import require_vacant, restore
from strongroom.snapshot.stored import Damaged
from strongroom.storage.transfer import migrating
from tests.unit.snapshot.made import MADE_AT, content, snapshot, store

RESTORED = Restored(at=MADE_AT, frozen=True, taken_at=MADE_AT)
NAMES = st.text("abc/", min_size=1, max_size=6).filter(lambda name: "" not in name.split("/"))


@given(st.dictionaries(NAMES, st.binary(max_size=4)), st.dictionaries(NAMES, st.binary(max_size=4)))
async def test_the_store_equals_the_snapshot(before: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> None:
    """Whatever both held: rows are added, changed and removed, and one says what was restored."""
    target, source = await store(before), await store(wanted)
    await restore(target, Reading(io.BytesIO(await snapshot(source))), RESTORED)
    found = await content(target)
    assert decoded(found.pop(keys.RESTORED)) == RESTORED
    assert found == wanted
    await require_whole(target)


async def test_a_role_is_lost_by_a_restore() -> None:
    """What its holder commits with the proof from before is refused."""
    target, source = await store({"a": b"1"}), await store({"a": b"2"})
    fence = await target.lock("expiry", "me", 10.0)
    assert fence is not None
    await restore(target, Reading(io.BytesIO(await snapshot(source))), RESTORED)
    found = await target.get(fence.key)
    assert found is not None
    assert found.revision != fence.revision
    assert await target.lock("expiry", "me", 10.0) is None


async def test_what_is_kept() -> None:
    """The rows of these keys stay as they are, whether the snapshot has them or not, and all others are replaced."""
    target = await store({"a": b"1", "core/keyring": b"new", "own": b"now", "z": b"1"})
    source = await store({"a": b"2", "core/keyring": b"old", "core/keyring2": b"2"})
    await restore(
        target, Reading(io.BytesIO(await snapshot(source))), RESTORED, kept=frozenset({"core/keyring", "own"})
    )
    found = await content(target)
    del found[keys.RESTORED]
    assert found == {"a": b"2", "core/keyring": b"new", "core/keyring2": b"2", "own": b"now"}


async def test_a_restore_that_breaks_off_is_not_served() -> None:
    """The file is found damaged at its end: nobody is served what is of two times, until one was carried out whole."""
    target, source = await store({"old": b"1"}), await store({f"n/{number}": b"x" * 500 for number in range(2000)})
    good = await snapshot(source)
    bad = bytearray(good)
    bad[-1500] ^= 1  # in the sums
    with pytest.raises(Damaged):
        await restore(target, Reading(io.BytesIO(bytes(bad))), RESTORED)
    with pytest.raises(Unavailable):
        await require_whole(target)
    await require_vacant(target)  # it may be repeated offline, too
    await restore(target, Reading(io.BytesIO(good)), RESTORED)
    await require_whole(target)
    assert await target.get("old") is None


async def test_a_store_in_use_is_not_vacant() -> None:
    """A restore without a server replaces nothing."""
    with pytest.raises(StorageError):
        await require_vacant(await store({"a": b"1"}))


@pytest.mark.parametrize(("mark", "text"), [(keys.RESTORING, "a restore broke off"), (migrating.KEY, "isn't finished")])
async def test_a_store_that_is_not_whole_is_not_saved(mark: str, text: str) -> None:
    """Of a broken restore or an unfinished migration: restored elsewhere, it would look like a whole one."""
    with pytest.raises(StorageError, match=text):
        await snapshot(await store({"a": b"1", mark: b"1"}))
