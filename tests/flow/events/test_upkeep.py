"""What is cleared of the outbox, and who is told."""

from __future__ import annotations

import pytest

from strongroom.core.outbox_upkeep import OutboxUpkeep
from strongroom.services.events.position import Position
from strongroom.services.events.reader import CursorTooOld, OutboxReader
from strongroom.storage.base import Fence
from tests.flow.events.listening import SSE, listen
from tests.flow.events.test_subscribing import versioned
from tests.flow.node import TestNode


async def _fence(node: TestNode) -> Fence:
    fence = await node.store.lock("expiry", "test", 60)
    assert fence is not None
    return fence


async def keep_up(node: TestNode) -> int:
    """One step of the role, at the node's time."""
    services = node.node.unsealed
    assert services is not None
    return await OutboxUpkeep(services).run_once(await _fence(node), node.clock.now())


def rows(node: TestNode) -> list[str]:
    """The keys of all rows of events."""
    return sorted(key for key in node.rows() if "/events/row/" in key)


async def test_events_are_cleared_after_the_retention() -> None:
    """Rows of a bucket stay for the retention after its end, then they go, and their cursors are refused."""
    node = await versioned()
    await node.ok("PUT", "sys/config/events", {"retention": "10m"})
    listener = await listen(node)
    await node.ok("PUT", "secret/data/a", {"data": {}})
    (first,) = await listener.take(1)
    node.clock.advance(30)
    await keep_up(node)
    await node.ok("PUT", "secret/data/b", {"data": {}})
    (second,) = await listener.take(1)
    await listener.close()
    buckets = {key.split("/")[4] for key in rows(node)}
    assert len(buckets) == 2, "the second event is in a new bucket"
    node.clock.advance(601)
    assert await keep_up(node) == 1
    assert len(rows(node)) == 1
    old = await node.ask("GET", f"sys/events/subscribe/*?cursor={first.cursor}", headers=SSE)
    assert (old.status, "are gone" in old.error) == (400, True)
    await (await listen(node, last_event_id=second.cursor)).close()


async def test_an_idle_outbox_begins_no_buckets() -> None:
    """A store in which nothing happens isn't written to."""
    node = await versioned()
    await node.ok("PUT", "sys/config/events", {})
    before = node.rows()
    for _ in range(3):
        node.clock.advance(60)
        await keep_up(node)
    assert {key: row for key, row in node.rows().items() if "/events/" in key} == {
        key: row for key, row in before.items() if "/events/" in key
    }


async def _read(reader: OutboxReader, start: Position, count: int) -> list[str]:
    """The paths of the next commits behind a place."""
    found: list[str] = []
    reading = reader.commits(start, 1.0)
    async for each in reading:
        if isinstance(each, list):
            found += [commit.events[0].path for commit in each]
            if len(found) >= count:
                break
    await reading.aclose()
    return found


async def test_who_is_behind_reads_from_the_store_and_is_told_of_a_gap() -> None:
    """A subscriber that is slower than what is kept in memory gets all the same, until rows are cleared before it."""
    node = await versioned()
    services = node.node.unsealed
    assert services is not None
    await node.ok("PUT", "sys/config/events", {"retention": "1m"})
    reader = OutboxReader(services.barrier, most_commits=3)
    await reader.poll()
    start = await reader.head()
    names = [f"secret/data/{number}" for number in range(10)]
    for name in names:
        await node.ok("PUT", name, {"data": {}})
        await reader.poll()
    assert await _read(reader, start, 10) == names
    node.clock.advance(30)
    await keep_up(node)
    node.clock.advance(120)
    assert await keep_up(node) == 10
    await node.ok("PUT", "secret/data/last", {"data": {}})
    await reader.poll()
    with pytest.raises(CursorTooOld, match="are gone"):
        await _read(reader, start, 1)


async def test_a_store_that_was_set_back_ends_subscriptions() -> None:
    """A cursor whose row isn't in the store at that revision is of another history, and refused."""
    node = await versioned()
    listener = await listen(node)
    await node.ok("PUT", "secret/data/a", {"data": {}})
    (told,) = await listener.take(1)
    await listener.close()
    (row,) = rows(node)
    bucket, revision, count, name = told.cursor.split("-")
    other = f"{name[:-1]}{'0' if name[-1] != '0' else '1'}"
    for wrong in (
        f"{bucket}-{revision}-{count}-{other}",
        f"{bucket}-ffffff-0-",
        f"{bucket}-{int(revision, 16) - 1:x}-1-{name}",
    ):
        answer = await node.ask("GET", f"sys/events/subscribe/*?cursor={wrong}", headers=SSE)
        assert (answer.status, "another store" in answer.error) == (400, True), wrong
    assert row.endswith(name)


async def test_the_settings_are_read_back() -> None:
    """What was written is shown, bad values are refused, and deleting goes back to the default."""
    node = await versioned()
    usual = {"retention": 3600, "always": False, "written": False, "webhook_permitted_ip_ranges": []}
    assert (await node.ok("GET", "sys/config/events")).data == usual
    await node.ok("PUT", "sys/config/events", {"retention": "2h", "webhook_permitted_ip_ranges": ["127.0.0.1"]})
    assert (await node.ok("GET", "sys/config/events")).data == {
        "retention": 7200,
        "always": True,
        "written": True,
        "webhook_permitted_ip_ranges": ["127.0.0.1/32"],
    }
    for bad in ({"retention": "1s"}, {"retention": "8d"}, {"webhook_permitted_ip_ranges": "here"}):
        assert (await node.ask("PUT", "sys/config/events", bad)).status == 400
    await node.ok("DELETE", "sys/config/events")
    assert (await node.ok("GET", "sys/config/events")).data == usual
