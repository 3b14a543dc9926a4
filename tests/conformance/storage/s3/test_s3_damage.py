"""Objects that were altered, cut off, removed or exchanged: the store stops, and serves nothing made up."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import CommitUnknown, StorageError
from strongroom.storage.s3.layout import FIRST, Turn, journal_name, seal
from tests.conformance.storage.s3.buckets import Buckets
from tests.conformance.storage.s3.stores import PATH, opened


async def filled(buckets: Buckets, commits: int = 7, checkpoint_turns: int = 1000) -> None:
    """Write some rows."""
    async with opened(buckets, checkpoint_turns=checkpoint_turns) as storage:
        for number in range(commits):
            await storage.commit({}, {f"k{number}": b"value" * 20}, {})
        await storage.checkpoint_made()


async def refused(buckets: Buckets) -> str:
    """Why the store can't be opened."""
    with pytest.raises(StorageError) as error:
        async with opened(buckets):
            raise AssertionError
    return error.value.detail or error.value.text


@pytest.mark.parametrize("at", [0, 10, -1])
async def test_a_flipped_byte(buckets: Buckets, at: int) -> None:
    """Anywhere in an object of the journal."""
    await filled(buckets)
    async with buckets.client() as client:
        found = await client.get(PATH + journal_name(3))
        assert found is not None
        altered = bytearray(found.body)
        altered[at] ^= 1
        await client.put(PATH + journal_name(3), bytes(altered))
    assert journal_name(3) in await refused(buckets)


@pytest.mark.parametrize("length", [0, 36])
async def test_a_truncated_object(buckets: Buckets, length: int) -> None:
    """However much of it is left, nothing included."""
    await filled(buckets)
    async with buckets.client() as client:
        found = await client.get(PATH + journal_name(3))
        assert found is not None
        await client.put(PATH + journal_name(3), found.body[:length])
    assert journal_name(3) in await refused(buckets)


async def test_a_hole(buckets: Buckets) -> None:
    """A journal doesn't end where an object is missing, if others follow."""
    await filled(buckets)
    async with buckets.client() as client:
        await client.delete(PATH + journal_name(5))
    assert "is missing, though there is" in await refused(buckets)


async def test_an_object_of_another_place(buckets: Buckets) -> None:
    """A whole object, but not the one that follows."""
    await filled(buckets)
    async with buckets.client() as client:
        found = await client.get(PATH + journal_name(4))
        assert found is not None
        await client.put(PATH + journal_name(5), found.body)
    assert "doesn't follow the one before it" in await refused(buckets)


async def test_a_running_process_stops(buckets: Buckets) -> None:
    """What it can't follow it doesn't skip: it answers neither reads nor commits."""
    async with opened(buckets) as one, opened(buckets) as two:
        await two.now()  # afterwards it asks nothing by itself
        await one.commit({}, {"k": b"1"}, {})
        async with buckets.client() as client:
            await client.put(PATH + journal_name(1), b"rubbish")
        for call in (lambda: two.get("k"), two.synced):
            with pytest.raises(StorageError, match="the store failed"):
                await call()
        # The rubbish could be its own object, damaged since.
        with pytest.raises(CommitUnknown):
            await two.commit({}, {"k": b"2"}, {})


@pytest.mark.parametrize("part", ["rows-000000", "feed-000000", "manifest"])
@pytest.mark.parametrize("how", ["altered", "removed"])
async def test_a_damaged_checkpoint(buckets: Buckets, part: str, how: str) -> None:
    """It is named; a checkpoint without its manifest doesn't count, so its journal has to be there."""
    await filled(buckets, checkpoint_turns=5)
    async with buckets.client() as client:
        key = f"{PATH}checkpoint/{5:020}/{part}"
        found = await client.get(key)
        assert found is not None
        if how == "altered":
            await client.put(key, found.body[:-1] + bytes([found.body[-1] ^ 1]))
        else:
            await client.delete(key)
            if part == "manifest":
                await client.delete(PATH + journal_name(1))
    assert ("journal/" if (part, how) == ("manifest", "removed") else part) in await refused(buckets)


async def test_a_store_of_a_later_release(buckets: Buckets) -> None:
    """Its format is named."""
    raw, _ = seal(Turn(2, 1, FIRST, 0, [], {}, None, 1, 0))
    async with buckets.client() as client:
        await client.put(PATH + journal_name(1), raw)
    assert "format 2" in await refused(buckets)


async def test_a_store_that_is_too_large(buckets: Buckets) -> None:
    """It takes only what frees space, and isn't opened by who may hold less."""
    async with opened(buckets, most_bytes=20_000, checkpoint_turns=4) as storage:
        for number in range(4):
            await storage.commit({}, {f"k{number}": bytes(5_000)}, {})
        assert storage.condition().full
        with pytest.raises(StorageError, match="no room left"):
            await storage.commit({}, {"more": bytes(5_000)}, {})
        await storage.checkpoint_made()
        with pytest.raises(StorageError, match="larger than its max_bytes"):
            async with opened(buckets, most_bytes=10_000):
                raise AssertionError
        await storage.commit({}, {"k0": None, "k1": None}, {})
        assert not storage.condition().full
        await storage.commit({}, {"more": b""}, {})
