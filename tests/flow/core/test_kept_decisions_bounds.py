"""What is remembered of decisions is bounded, and nothing of it outlives what it is about."""

from __future__ import annotations

from tests.flow.core.kept import Kept
from tests.flow.core.reach import reached

STANZA = 'seal "shamir" {\n shares = 1\n threshold = 1\n}'


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
    assert [text for text in reached(held) if b"canary" in text] == []


async def test_nothing_long() -> None:
    """A long path or a long batch token is decided each time: memory counts decisions, and not what they hold."""
    kept = await Kept.start()
    token = await kept.token(policies=["default"], no_default_policy=False)
    for path in (f"cubbyhole/{'a' * 16_000}", f"cubbyhole/{'a' * 300}"):
        for _ in range(3):
            assert (await kept.ask(token, ("GET", path, None))).status == 404
    batch = await kept.token(type="batch", meta={f"{number}": "x" * 40 for number in range(40)})
    for _ in range(3):
        assert (await kept.ask(batch)).status == 200
    assert kept.names() == []
    await kept.remembered(await kept.token(type="batch", meta={"a": "x"}))
