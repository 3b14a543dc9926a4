"""Events of nodes and namespaces that are sealed and unsealed."""

from __future__ import annotations

from functools import partial

from strongroom.barrier.transaction import transact
from strongroom.core.presence import Presence
from strongroom.services import nodes
from strongroom.sysapi.services import Services
from tests.flow.events.listening import listen
from tests.flow.events.test_sealed import STANZA
from tests.flow.events.test_subscribing import versioned
from tests.flow.node import TestNode

OTHER = "other"


def _parts(node: TestNode) -> Services:
    assert node.node.unsealed is not None
    return node.node.unsealed


async def _seen(node: TestNode) -> None:
    """Write the row of another node, as that does."""
    services = _parts(node)
    record = nodes.NodeRecord(hostname="o", version="9", seen_at=await services.barrier.storage.now())
    await transact(services.barrier, partial(nodes.note, node=OTHER, record=record))


async def test_a_node_is_told_of_when_it_begins_to_serve_and_once() -> None:
    """Each of its processes writes its row again and again: only the first after a pause tells."""
    node = await versioned()
    listener = await listen(node)
    for seconds in (0, 1, 10, 10, 31):
        node.clock.advance(seconds)
        await _seen(node)
    told = await listener.take(2)
    assert [(each.short, each.metadata["node"]) for each in told] == [(("seal/unseal", "sys/ha-status"), OTHER)] * 2
    await node.ok("PUT", "sys/policies/acl/last", {"policy": 'path "a" { capabilities = ["read"] }'})
    assert [each.type for each in await listener.take(1)] == ["policy/write"]
    await listener.close()


async def test_a_node_that_falls_silent_is_told_of_by_another() -> None:
    """Its row goes with the event, so it is told once; one that was sealed by a request was told of before."""
    node = await versioned()
    await _seen(node)
    listener = await listen(node)
    node.clock.advance(nodes.GONE_AFTER_S + 1)
    await Presence(_parts(node)).run_once()
    own = ("seal/unseal", _parts(node).node_name)
    assert [(each.type, each.metadata["node"]) for each in await listener.take(2)] == [own, ("node/gone", OTHER)]
    await _seen(node)
    await transact(_parts(node).barrier, partial(nodes.note_sealing, node=OTHER, now=node.clock.now()))
    node.clock.advance(nodes.GONE_AFTER_S + 1)
    await Presence(_parts(node)).run_once()
    assert [each.type for each in await listener.take(3)] == ["seal/unseal", "seal/seal", "seal/unseal"]
    await listener.close()


async def test_a_sealing_is_told_before_it_happens_and_whatever_the_store_says() -> None:
    """The row of the node says that it is sealed, so it is no member any more, and unsealing it is told at once."""
    node = await versioned()
    services = _parts(node)
    await Presence(services).run_once()
    listener = await listen(node)
    await node.ok("POST", "sys/seal")
    assert node.node.unsealed is None
    node.node.unsealed = services
    assert [each.short for each in await listener.take(1)] == [("seal/seal", "sys/ha-status")]
    assert services.node_name not in await transact(
        services.barrier, partial(nodes.present, now=await services.barrier.storage.now())
    )
    node.clock.advance(6)
    await Presence(services).run_once()
    assert [each.type for each in await listener.take(1)] == ["seal/unseal"]
    await listener.close()


async def test_a_namespace_is_told_of_when_its_last_share_is_given() -> None:
    """And when it is sealed."""
    node = await versioned()
    made = await node.ok("POST", "sys/namespaces/t", {"seal": STANZA.replace("1", "2")})
    listener = await listen(node, "namespace/*")
    for share in (*made.data["key_shares"], made.data["key_shares"][0]):
        await node.ok("POST", "sys/namespaces/t/unseal", {"key": share})
    await node.ok("POST", "sys/namespaces/t/seal")
    assert [each.short for each in await listener.take(2)] == [
        ("namespace/unseal", "sys/namespaces/t/unseal"),
        ("namespace/seal", "sys/namespaces/t/seal"),
    ]
    await listener.close()
