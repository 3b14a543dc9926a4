"""Events of a namespace with a seal of its own are under its keys."""

from __future__ import annotations

from tests.flow.events.listening import listen
from tests.flow.events.test_subscribing import versioned
from tests.flow.events.test_upkeep import keep_up, rows
from tests.flow.node import TestNode

STANZA = 'seal "shamir" {\n shares = 1\n threshold = 1\n}'


async def _tenant(node: TestNode) -> None:
    made = await node.ok("POST", "sys/namespaces/t", {"seal": STANZA})
    for share in made.data["key_shares"]:
        await node.ok("POST", "sys/namespaces/t/unseal", {"key": share})
    await node.ok("POST", "t/sys/mounts/kv", {"type": "kv"})


async def test_they_are_told_while_it_is_open_and_cleared_while_it_is_sealed() -> None:
    """An event of the namespace is told from a row of its own.  While it is sealed the event is passed over, and
    others are told; what is cleared then goes with its row."""
    node = await versioned()
    await _tenant(node)
    await node.ok("PUT", "sys/config/events", {"retention": "1m"})
    listener = await listen(node, "kv*?namespaces=*")
    before = listener.cursor
    await node.ok("PUT", "t/kv/a", {"x": 1})
    await node.ok("PUT", "secret/data/b", {"data": {}})
    assert [told.short for told in await listener.take(2)] == [
        ("kv-v1/write", "kv/a"),
        ("kv-v2/data-write", "secret/data/b"),
    ]
    await listener.close()
    apart = [key for key in rows(node) if not key.startswith("shared/root/")]
    assert len(apart) == 1
    await node.ok("POST", "sys/namespaces/t/seal")
    again = await listen(node, "kv*?namespaces=*", last_event_id=before)
    assert [told.short for told in await again.take(1)] == [("kv-v2/data-write", "secret/data/b")]
    await again.close()
    node.clock.advance(30)
    await keep_up(node)
    node.clock.advance(120)
    while await keep_up(node):
        pass
    assert rows(node) == []
