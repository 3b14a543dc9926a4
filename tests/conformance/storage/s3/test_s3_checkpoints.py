"""Checkpoints: what they hold, what they replace, and when that is removed."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.storage.s3.layout import checkpoint_name, journal_name
from tests.conformance.storage.s3.buckets import Buckets
from tests.conformance.storage.s3.stores import PATH, opened
from tests.sim.aws.between import between
from tests.sim.aws.moto import Moto


async def names(buckets: Buckets, prefix: str) -> list[str]:
    """The objects of the store."""
    async with buckets.client() as client:
        return [each.key.removeprefix(PATH) for each in (await client.list_all(PATH + prefix)).objects]


async def test_a_checkpoint_stands_for_the_journal(buckets: Buckets) -> None:
    """Rows, removals, feed and roles are the same without the objects that it replaces."""
    async with opened(buckets, checkpoint_turns=10) as storage:
        first = await storage.commit({}, {"gone": b"", "kept": bytes(range(256))}, {})
        await storage.commit({}, {"gone": None}, {})
        fence = await storage.lock("expiry", "one", 600.0)
        for number in range(9):
            await storage.commit({}, {f"k{number}": b"%d" % number}, {})
        await storage.checkpoint_made()
        head = await storage.synced()
        changed = await storage.changed_since(first)
    assert checkpoint_name(10, "manifest") in await names(buckets, "checkpoint/")
    async with buckets.client() as client:
        for number in range(1, 11):
            await client.delete(PATH + journal_name(number))
    async with opened(buckets) as storage:
        assert await storage.synced() == head
        assert await storage.changed_since(first) == changed
        assert (await storage.scan("")).names == sorted(["kept", "role/expiry", *(f"k{number}" for number in range(9))])
        entry = await storage.get("kept")
        assert entry is not None and (entry.value, entry.revision) == (bytes(range(256)), 1)
        assert await storage.lock("expiry", "two", 10.0) is None
        again = await storage.lock("expiry", "one", 600.0)
        assert fence is not None and again is not None and again.revision == fence.revision


async def test_what_is_replaced_is_removed_after_an_hour(buckets: Buckets, moto_server: Moto) -> None:
    """Not before: who was paused for a while still finds what it looks for."""
    with between(moto_server) as way:
        async with opened(buckets, url=way.url, checkpoint_turns=5) as storage:
            for number in range(10):
                await storage.commit({}, {"k": b"%d" % number}, {})
                await storage.checkpoint_made()
            assert len(await names(buckets, "journal/")) == 10
            way.ahead_s = 3700.0
            await storage.synced()
            for number in range(5):
                await storage.commit({}, {"k": b"%d" % number}, {})
                await storage.checkpoint_made()
            assert await names(buckets, "journal/") == [journal_name(number) for number in range(11, 16)]
            assert {name.split("/")[1] for name in await names(buckets, "checkpoint/")} == {f"{10:020}", f"{15:020}"}
    async with opened(buckets) as storage:
        assert (await storage.synced()).number == 15


async def test_an_idle_store_costs_nothing(buckets: Buckets, moto_server: Moto) -> None:
    """Nothing is asked of the service unless somebody asks the store; then it is one request for all who wait."""
    with between(moto_server) as way:
        async with opened(buckets, url=way.url) as storage:
            await storage.now()  # its question about the time is done
            way.asked.clear()
            await asyncio.gather(*(storage.synced() for _ in range(50)))
            assert len(way.asked) <= 2
            way.asked.clear()
            await asyncio.gather(*(storage.commit({}, {f"k{number}": b""}, {}) for number in range(50)))
            # A look at the journal's end comes first if this machine was so busy that the last one is long ago.
            assert [verb for verb, _ in way.asked] in (["PUT"], ["GET", "PUT"])


@pytest.mark.parametrize("size", [300_000, 9 << 20])
async def test_large_commits(buckets: Buckets, size: int) -> None:
    """They are whole for others, also where an object is read in pieces."""
    async with opened(buckets) as one, opened(buckets) as two:
        await one.commit({}, {"large": bytes([7]) * size, "small": b""}, {})
        entry = await two.get("large")
        assert entry is not None and entry.value == bytes([7]) * size
