"""What is cleared of the outbox, and who is told."""

from __future__ import annotations

from strongroom.core.outbox_upkeep import OutboxUpkeep
from strongroom.storage.base import Fence
from tests.flow.events.listening import SSE, listen
from tests.flow.events.test_subscribing import versioned
from tests.flow.node import TestNode


async def _fence(node: TestNode) -> Fence:
    fence = await node.store.lock("expiry", "test", 60)
    assert fence is not None
    return fence


async def _keep_up(node: TestNode) -> int:
    """One step of the role, at the node's time."""
    services = node.node.unsealed
    assert services is not None
    return await OutboxUpkeep(services).run_once(await _fence(node), node.clock.now())


def _rows(node: TestNode) -> list[str]:
    return sorted(key for key in node.rows() if "/events/row/" in key)


async def test_events_are_cleared_after_the_retention() -> None:
    """Rows of a bucket stay for the retention after its end, then they go, and their cursors are refused."""
    node = await versioned()
    await node.ok("PUT", "sys/config/events", {"retention": "10m"})
    listener = await listen(node)
    await node.ok("PUT", "secret/data/a", {"data": {}})
    (first,) = await listener.take(1)
    node.clock.advance(30)
    await _keep_up(node)
    await node.ok("PUT", "secret/data/b", {"data": {}})
    (second,) = await listener.take(1)
    await listener.close()
    buckets = {key.split("/")[4] for key in _rows(node)}
    assert len(buckets) == 2, "the second event is in a new bucket"
    node.clock.advance(601)
    assert await _keep_up(node) == 1
    assert len(_rows(node)) == 1
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
        await _keep_up(node)
    assert {key: row for key, row in node.rows().items() if "/events/" in key} == {
        key: row for key, row in before.items() if "/events/" in key
    }


async def test_a_subscriber_that_is_too_slow_is_told_of_the_gap() -> None:
    """Events that were cleared before a subscriber took them end its stream with an error, not in silence."""
    node = await versioned()
    await node.ok("PUT", "sys/config/events", {"retention": "1m"})
    listener = await listen(node)
    for number in range(2100):
        await node.ok("PUT", f"secret/data/{number % 7}", {"data": {}})
    assert len(await listener.take(3)) == 3
    node.clock.advance(30)
    await _keep_up(node)
    node.clock.advance(120)
    while await _keep_up(node):
        pass
    for number in range(2100):
        await node.ok("PUT", f"secret/data/{number % 7}", {"data": {}})
    taken = await listener.take(5000)
    assert listener.error is not None, len(taken)
    assert "are gone" in listener.error["errors"][0]
    await listener.close()


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
