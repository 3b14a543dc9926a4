"""Clearing what a deleted namespace leaves: interrupted anywhere, beside other work, with engines that work by time."""

from __future__ import annotations

import asyncio

from strongroom.barrier import keys
from strongroom.core.expiry import LOCK_S, ROLE
from tests.flow.sysapi.leases_world import World

DB = {"type": "leasing"}


async def _filled(world: World, path: str) -> str:
    """The id of a new namespace with one of everything."""
    server = world.server
    id_ = (await server.ok("POST", f"sys/namespaces/{path}")).data["id"]
    for mount in ("db", "more"):
        await server.ok("POST", f"{path}/sys/mounts/{mount}", DB)
        await server.ok("GET", f"{path}/{mount}/account/{mount}-of-{path}")
    await server.ok("POST", f"{path}/sys/auth/up", {"type": "userpass"})
    await server.ok("POST", f"{path}/auth/up/users/eva", {"password": "pw", "token_policies": "default"})
    await server.ok("POST", f"{path}/auth/up/login/eva", {"password": "pw"}, token="")
    await server.ok("POST", f"{path}/auth/token/create", {"policies": ["default"], "ttl": "1h"})
    await server.ok("PUT", f"{path}/sys/policies/acl/p", {"policy": 'path "a" { policy = "read" }'})
    await server.ok("POST", f"{path}/auth/token/roles/r", {})
    await server.ok("POST", f"{path}/cubbyhole/note", {"a": "b"})
    return str(id_)


async def test_a_server_that_dies_after_any_step_goes_on_where_it_was() -> None:
    """After each round of work all memory is lost.  In the end nothing is left, and every secret is revoked once."""
    world = await World.start()
    server = world.server
    before = set(await world.rows("shared/root/"))
    id_ = await _filled(world, "team")
    await server.ok("DELETE", "sys/namespaces/team")
    for _ in range(200):
        await server.restart()
        storage = server.services.barrier.storage
        fence = await storage.lock(ROLE, "test", LOCK_S)
        assert fence is not None
        done = await server.expiry.run_once(fence)
        await storage.unlock(fence)
        if not done:
            break
    assert not world.outside.accounts
    assert sorted(world.outside.drops) == ["db-of-team", "more-of-team"]
    assert [row for row in (await storage.scan("")).names if f"/{id_}/" in row or row.endswith(id_)] == []
    after = {f"shared/root/{name}" for name in (await storage.scan("shared/root/")).names}
    assert {row for row in after - before if "count" not in row} == set()


async def test_a_secret_that_cannot_be_revoked_yet_keeps_the_rest_waiting() -> None:
    """The rows that its engine needs stay until the other system answers; the id isn't given out meanwhile."""
    world = await World.start()
    id_ = await _filled(world, "team")
    world.outside.down = True
    await world.server.ok("DELETE", "sys/namespaces/team")
    await world.settle()
    assert world.outside.accounts == {"db-of-team", "more-of-team"}
    assert keys.namespace_place(id_) in await world.rows("shared/")
    await world.server.ok("POST", "sys/namespaces/team")
    world.outside.down = False
    world.clock.advance(3600)
    await world.settle()
    assert not world.outside.accounts
    assert await world.rows(f"shared/{id_}/", f"local/{id_}/") == []


async def test_deleting_beside_an_unmount_leaves_neither() -> None:
    """Both requests at once, on two nodes: each is answered, and both are gone."""
    world = await World.start()
    other = await world.server.peer()
    for turn in range(4):
        await _filled(world, "team")
        asks = [other.ask("DELETE", "team/sys/mounts/db"), world.server.ask("DELETE", "sys/namespaces/team")]
        replies = await asyncio.gather(*(asks if turn % 2 else reversed(asks)))
        assert all(reply.status in {200, 204, 404} for reply in replies), replies
        await world.settle()
        assert not world.outside.accounts
        assert [
            row for row in await world.rows("") if row.startswith(("shared/", "local/")) and "/root/" not in row
        ] == []


async def test_a_namespace_that_gains_a_child_at_that_instant_stays() -> None:
    """Of the two requests one is refused: no namespace is left below one that is gone."""
    world = await World.start()
    other = await world.server.peer()
    for turn in range(4):
        await world.server.ok("POST", "sys/namespaces/team")
        asks = [other.ask("POST", "team/sys/namespaces/web"), world.server.ask("DELETE", "sys/namespaces/team")]
        made, deleted = await asyncio.gather(*asks) if turn % 2 else (await asyncio.gather(*reversed(asks)))[::-1]
        assert (made.status < 300) != (deleted.status < 300), (made, deleted)
        if made.status < 300:
            await world.server.ok("DELETE", "team/sys/namespaces/web")
            await world.server.ok("DELETE", "sys/namespaces/team")
        await world.settle()


async def test_leases_of_a_namespace_are_renewed_and_end_by_time() -> None:
    """By the same role as root's, through the engine of the namespace's mount."""
    world = await World.start()
    server = world.server
    await _filled(world, "team")
    lease = (await server.ok("GET", "team/db/account/app")).lease_id
    for place, status in (("team/", 200), ("", 200)):
        assert (await server.ask("POST", f"{place}sys/leases/renew", {"lease_id": lease})).status == status
    await server.ok("POST", "sys/namespaces/other")
    assert (await server.ask("POST", "other/sys/leases/renew", {"lease_id": lease})).status == 400
    names = (await server.ok("LIST", "team/sys/leases/lookup/db/account/app")).data["keys"]
    assert names == [lease.rpartition("/")[2]]
    assert (await server.ask("LIST", "sys/leases/lookup/db/account/app")).status == 404
    await server.ok("POST", "team/sys/leases/revoke-prefix/db/account", {"sync": True})
    assert world.outside.accounts == {"more-of-team"}
    world.clock.advance(40 * 24 * 3600)
    await world.settle()
    assert not world.outside.accounts
