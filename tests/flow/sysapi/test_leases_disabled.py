"""A mount is disabled while its system is down: the answer comes at once, and what is left can be seen and ended."""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from tests.flow.sysapi.leases_world import World
from tests.flow.sysapi.test_leases_terms import read


async def test_what_a_disabled_mount_leaves_behind_is_seen_and_ended() -> None:
    """Its leases are listed with the error, also beside those of a new mount of the same path; force ends them."""
    world = await World.start()
    lease = (await read(world))["lease_id"]
    world.outside.down = True
    disabled = await world.server.ok("DELETE", "sys/mounts/db")
    assert "the leases of the mount, 1 at the moment, are being revoked" in disabled.body["warnings"][0]
    await world.settle()
    shown = (await world.server.ok("POST", "sys/leases/lookup", {"lease_id": lease})).data
    told = {"state": "revoking", "last_error": "the database does not answer", "attempts": 1, "mount_disabled": True}
    assert told.items() <= shown.items()
    assert shown["next_attempt_time"]
    listed = await world.server.ok("LIST", "sys/leases/lookup/db/role/app")
    assert listed.data["keys"] == [lease.rpartition("/")[2]]
    for _ in range(6):
        world.clock.advance(3600)
        await world.settle()
    irrevocable = (await world.server.ok("GET", "sys/leases?type=irrevocable")).data
    assert irrevocable == {
        "lease_count": 1,
        "leases": [{"error": "the database does not answer", "lease_id": lease}],
    }
    counted = (await world.server.ok("GET", "sys/leases/count?type=irrevocable")).data
    assert counted == {"counts": {"db/": 1}, "lease_count": 1}
    world.outside.down = False
    await world.server.mount("leasing", "db")
    other = (await read(world))["lease_id"]
    world.outside.down = True
    assert (await world.server.ok("POST", "sys/leases/lookup", {"lease_id": other})).data["mount_disabled"] is False
    await world.server.ok("PUT", f"sys/leases/revoke-force/{lease}")
    await world.settle()
    assert [row for row in await world.lease_rows() if row.startswith(keys.leases("root"))] == [
        keys.leases("root") + other
    ]
    assert not await world.rows(keys.PENDING_DELETION, keys.LEASE_IRREVOCABLE)


async def test_a_mount_without_leases_is_disabled_without_a_word() -> None:
    """As the peer answers."""
    world = await World.start()
    await read(world)
    await world.server.ok("PUT", "sys/leases/revoke-prefix/db", {"sync": True})
    assert (await world.server.ok("DELETE", "sys/mounts/db")).status == 204


async def test_the_lease_of_a_mount_that_is_not_here_is_kept_until_it_is_forced() -> None:
    """A store that was another region's has leases of mounts that only that one had: their secrets still work."""
    world = await World.start()
    lease = await world.lease("ann")

    async def belongs_elsewhere(txn: Transaction) -> None:
        record = await world.services.leases.read(txn, lease)
        assert record is not None
        world.services.leases._store(txn, record, msgspec.structs.replace(record, mount="0123456789abcdef"))

    await transact(world.services.barrier, belongs_elsewhere)
    world.clock.advance(3601)
    await world.settle()
    shown = (await world.server.ok("POST", "sys/leases/lookup", {"lease_id": lease})).data
    assert (shown["state"], shown["attempts"]) == ("revoking", 1)
    assert "the mount that made it isn't there" in shown["last_error"]
    refused = await world.server.ask("PUT", "sys/leases/revoke", {"lease_id": lease, "sync": True})
    assert "the mount that made it isn't there" in refused.body["errors"][0]
    assert world.outside.accounts == {"ann"}
    await world.server.ok("PUT", f"sys/leases/revoke-force/{lease}")
    assert await world.lease_rows() == []
