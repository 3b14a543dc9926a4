"""A store that was restored is frozen: other systems aren't touched until an operator says go."""

from __future__ import annotations

import asyncio
from typing import Any

from strongroom.barrier import keys
from strongroom.barrier.region import FOLLOWER, RegionState
from strongroom.barrier.restored import Restored, encoded
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.core.region.following import Following
from strongroom.core.scheduled_snapshots import ScheduledSnapshots
from strongroom.lib.errors import Unavailable
from strongroom.sdk import Request
from strongroom.server.builtin import ENGINES
from strongroom.services import restoration
from strongroom.services.region import standing
from strongroom.services.region.link import Asking
from strongroom.services.region.records import MEMBERSHIP, Membership
from strongroom.sysapi.services import Services
from tests.flow.node import TestNode


def services_of(node: TestNode) -> Services:
    """What is behind the open barrier."""
    services = node.node.unsealed
    assert services is not None
    return services


async def frozen(node: TestNode) -> Services:
    """Freeze the node's store, as a restore does."""
    services = services_of(node)

    async def body(txn: Any) -> None:
        restoration.freeze(txn, services.clock.now(), services.clock.now() - 3600)

    await transact(services.barrier, body)
    return services


async def test_no_role_is_held() -> None:
    """Neither what is due is done, nor a snapshot taken: whoever takes a role gives it back before it does anything."""
    node = await TestNode.start()
    services = await frozen(node)
    storage = services.barrier.storage
    expiry = Expiry(services)
    fence = await storage.lock(ROLE, "me", LOCK_S)
    assert fence is not None
    await expiry._begin(fence)
    assert not services.roles
    assert await storage.lock(ROLE, "other", LOCK_S) is not None
    assert await ScheduledSnapshots(services).run_once() == 0


async def test_leases_stay_and_are_counted() -> None:
    """One whose time is over isn't revoked, made or renewed; it is listed with its mount; a go ends all that."""
    node = await TestNode.start()
    lease = (await node.ok("PUT", "probe/secret")).body["lease_id"]
    services = await frozen(node)
    for path, body in (
        ("sys/leases/renew", {"lease_id": lease}),
        ("sys/leases/revoke", {"lease_id": lease, "sync": True}),
    ):
        refused = await node.ask("PUT", path, body)
        assert refused.status == 400
        assert "frozen" in refused.body["errors"][0]
    refused = await node.ask("PUT", "sys/leases/revoke-force/probe")
    assert refused.status == 400
    assert (await node.ok("PUT", "sys/leases/lookup", {"lease_id": lease})).body["data"]["id"] == lease
    waiting = (await node.ok("GET", "sys/restore/waiting?within=99999h")).body["data"]["key_info"]
    (entry,) = (each for each in waiting.values() if each["kind"] == "lease")
    assert (entry["mount"], entry["count"]) == ("probe/", 1)
    assert (await node.ok("GET", "sys/restore")).body["data"]["frozen"] is True
    await node.ok("PUT", "sys/restore/thaw")
    assert (await node.ok("PUT", "sys/restore/thaw")).body["warnings"] == ["The store is not frozen."]
    await node.ok("PUT", "sys/leases/renew", {"lease_id": lease})
    assert not await restoration.freezes(services.barrier)


class AnotherSystem:
    """Is asked by an engine in its method.

    Attributes:
        asked: how often it was.
    """

    def __init__(self) -> None:
        self.asked = 0

    async def before(self, request: Request) -> None:
        """What the engine does."""
        request.once.outside("another system", self._answer)

    async def _answer(self) -> None:
        self.asked += 1


async def test_an_engine_asks_nobody_unless_it_says_that_it_changes_nothing() -> None:
    """Of a plugin that says nothing, it has to be supposed that it changes other systems."""
    node, another = await TestNode.start(), AnotherSystem()
    node.probe.before = another.before
    await node.ok("PUT", "probe/rows/a", {"text": "x"})
    assert another.asked == 1
    await frozen(node)
    refused = await node.ask("PUT", "probe/rows/a", {"text": "y"})
    assert (refused.status, "what may change another system" in refused.error) == (400, True)
    assert another.asked == 1


async def test_a_region_that_follows_asks_nobody_for_what_it_could_not_store() -> None:
    """Another system would have been changed before the commit is refused; a local mount's rows are stored here."""
    node, another = await TestNode.start(), AnotherSystem()
    node.probe.before = another.before
    await node.ok("PUT", "sys/mounts/here", {"type": "probe", "local": True})
    services_of(node).barrier.region.state = RegionState(role=FOLLOWER, term=1)
    refused = await node.ask("PUT", "probe/rows/a", {"text": "y"})
    assert "only the first region writes" in refused.error
    assert another.asked == 0
    await node.ok("PUT", "here/rows/a", {"text": "y"})
    assert another.asked == 1


def test_each_engine_of_ours_has_decided_on_other_systems() -> None:
    """Only those that ask nobody for a change may ask while the store is frozen."""
    reading = {name for name, engine in ENGINES if not engine.changes_others}
    assert reading == {
        *("cubbyhole", "generic", "identity", "kv", "pki", "ssh", "system", "totp", "transit", "turns"),
    }


async def test_secrets_work_meanwhile() -> None:
    """Reading and writing rows, tokens and policies have nothing to do with it."""
    node = await TestNode.start()
    await frozen(node)
    await node.ok("PUT", "probe/rows/a", {"text": "x"})
    assert (await node.ok("GET", "probe/rows/a")).body["data"] == {"text": "x"}
    await node.token('path "probe/*" { capabilities = ["read"] }')


async def test_what_cannot_be_read_is_not_taken_for_thawed() -> None:
    """Somebody has damaged the row: roles stay idle, and requests that ask fail."""
    node = await TestNode.start()
    services = await frozen(node)
    lease = (await node.ok("PUT", "probe/secret")).body["lease_id"]
    await services.barrier.storage.commit({}, {"core/restored": b"{"}, {})
    assert (await node.ask("PUT", "sys/leases/renew", {"lease_id": lease})).status == 500


async def test_a_copy_speaks_to_no_other_region() -> None:
    """A follower's snapshot, restored elsewhere to look at it, asks the first region for nothing in its name.

    Nor does it tell that region that it was promoted, which would end its service.
    """
    node = await TestNode.start()
    services = services_of(node)
    membership = Membership(
        address="first.example.com:1", authority="", certificate="", key="", private_key=b"", cluster_id="", name="x"
    )
    asked = asyncio.Event()

    def connect(_: Membership) -> Asking:
        asked.set()
        raise Unavailable("asked")

    async def follow(txn: Transaction) -> None:
        restored = Restored(at=1.0, frozen=True, taken_at=1.0, commit="ab")
        txn.write_plain(keys.RESTORED, encoded(restored))
        txn.write(keys.REGION, RegionState(role=FOLLOWER, term=1))
        txn.write(MEMBERSHIP, membership)

    async def promote(txn: Transaction) -> None:
        await standing.promote(txn, 2.0, force=False)

    await transact(services.barrier, follow)
    following = asyncio.create_task(Following(services, connect, pause_s=0.001).run_forever())
    try:
        await asyncio.sleep(0.05)
        await transact(services.barrier, promote)
        await asyncio.sleep(0.05)
        assert not asked.is_set()
        await node.ok("PUT", "sys/restore/thaw")
        await asyncio.wait_for(asked.wait(), 10)
    finally:
        following.cancel()
