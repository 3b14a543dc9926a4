"""A node whose key doesn't open the store any more, because other keys have taken their place, seals itself."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.barrier import keys
from strongroom.barrier.transaction import transact
from strongroom.core.key_watch import KeyWatch
from strongroom.lib.errors import Tampered
from strongroom.services import restoration
from tests.flow.node import TestNode
from tests.flow.regions.regions import Regions, services


async def watching(*, restored: bool) -> tuple[TestNode, KeyWatch]:
    """A node whose keyring was replaced by another cluster's."""
    node = await TestNode.start()
    services = node.node.unsealed
    assert services is not None
    watch = KeyWatch(services)
    assert not await watch.run_once()

    async def body(txn: Any) -> None:
        if restored:
            restoration.freeze(txn, 1.0, 1.0)
        txn.write_plain(keys.KEYRING, b"k" * 80)

    await transact(services.barrier, body)
    return node, watch


async def taken(node: TestNode) -> bytes:
    """A snapshot of a node's store."""
    services = node.node.unsealed
    assert services is not None
    found = await services.snapshots.take()
    try:
        return b"".join([piece async for piece in found.pieces()])
    finally:
        await found.close()


async def test_after_a_restore_it_seals_itself() -> None:
    """At the second look, so that no moment between two commits is taken for it."""
    node, watch = await watching(restored=True)
    assert not await watch.run_once()
    assert node.node.unsealed is not None
    assert await watch.run_once()
    assert node.node.unsealed is None


async def test_a_keyring_that_was_damaged_seals_nothing() -> None:
    """It needs a restore that the node knows nothing of; the failure is raised, and told in the log."""
    node, watch = await watching(restored=False)
    for _ in range(3):
        with pytest.raises(Tampered):
            await watch.run_once()
    assert node.node.unsealed is not None


async def test_both_nodes_of_a_store_seal_themselves() -> None:
    """Another cluster's snapshot is restored at one: it is sealed, then the other, and the new key shares open both."""
    first, other = await TestNode.start(), await TestNode.start()
    second = await first.peer()
    services = second.node.unsealed
    assert services is not None
    watch = KeyWatch(services)
    await first.ok("PUT", "probe/rows/a", {"text": "mine"})
    await other.ok("PUT", "probe/rows/a", {"text": "theirs"})
    content = await taken(other)
    sent = {"content-type": "application/gzip"}
    assert (await first.ask("POST", "sys/storage/raft/snapshot", content, headers=sent)).status == 400
    await first.ok("POST", "sys/storage/raft/snapshot-force", content, headers=sent)
    assert first.node.unsealed is None
    for token in (first.root, other.root):
        assert (await second.ask("GET", "probe/rows/a", token=token)).status == 500
    assert [await watch.run_once(), await watch.run_once()] == [False, True]
    for node in (first, second):
        assert (await node.ask("GET", "sys/seal-status")).body["sealed"] is True
        node.keys, node.root = other.keys, other.root
        await node.unseal()
        assert (await node.ok("GET", "probe/rows/a")).data == {"text": "theirs"}


async def test_both_nodes_of_a_region_that_joins_another_seal_themselves() -> None:
    """Whenever they look: each by itself, and its own key shares open it.  Meanwhile it serves nothing of either."""
    regions = await Regions.start()
    nodes = [regions.second, await regions.second.peer()]
    watches = [KeyWatch(services(node)) for node in nodes]
    assert [await watch.run_once() for watch in watches] == [False, False]
    await regions.joined()
    for node, watch in zip(nodes, watches, strict=True):
        assert (await node.ask("GET", "sys/mounts")).status == 500
        assert [await watch.run_once(), await watch.run_once()] == [False, True]
        assert (await node.ask("GET", "sys/seal-status")).body["sealed"] is True
    for node in nodes:
        await node.unseal()
        assert not await KeyWatch(services(node)).run_once()
