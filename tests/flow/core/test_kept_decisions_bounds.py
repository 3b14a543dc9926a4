"""What is remembered of decisions is bounded, and nothing of it outlives what it is about."""

from __future__ import annotations

import gc

from tests.flow.core.kept import Kept

STANZA = 'seal "shamir" {\n shares = 1\n threshold = 1\n}'


def texts_in(value: object) -> list[str]:
    """Every text that a value reaches without passing through classes and functions."""
    found: list[str] = []
    seen: set[int] = set()
    waiting: list[object] = [value]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type) or callable(each):
            continue
        seen.add(id(each))
        if isinstance(each, str):
            found.append(each)
        else:
            waiting += gc.get_referents(each)
    return found


async def test_nothing_of_a_sealed_namespace() -> None:
    """Also of a client from outside it, whose decisions were made of rows above: paths name secrets."""
    kept = await Kept.start()
    node = kept.node
    made = await node.ok("POST", "sys/namespaces/t", {"seal": STANZA})
    await node.ok("POST", "sys/namespaces/t/unseal", {"key": made.data["key_shares"][0]})
    await node.ok("POST", "t/sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "t/kv/canary-path", {"a": "b"})
    await kept.remembered(node.root, ("GET", "t/kv/canary-path", None))
    await node.ask("GET", "t/kv/canary-once")
    await node.ok("POST", "sys/namespaces/t/seal")
    services = node.node.unsealed
    assert services is not None
    assert node.application._pipeline is not None
    held = (services.barrier.cache._derived, node.application._pipeline._decisions._once)
    assert [text for text in texts_in(held) if "canary" in text] == []
