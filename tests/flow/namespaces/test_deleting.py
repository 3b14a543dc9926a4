"""Deleting a namespace: at once for everybody, and without a trace in the end."""

from __future__ import annotations

from strongroom.barrier import keys
from tests.flow.sysapi.leases_world import World

DB = {"type": "leasing"}


async def _namespace(world: World, path: str) -> str:
    """The id of a new namespace with the leasing engine at `db/`."""
    parent, _, name = path.rpartition("/")
    prefix = f"{parent}/" if parent else ""
    made = await world.server.ok("POST", f"{prefix}sys/namespaces/{name}")
    await world.server.ok("POST", f"{path}/sys/mounts/db", DB)
    return str(made.data["id"])


async def test_nothing_of_it_works_from_that_moment_and_nothing_is_left() -> None:
    """Its secrets are revoked by the engine that made them; every row goes, and no row of others."""
    world = await World.start()
    before = await world.rows("")
    id_ = await _namespace(world, "team")
    made = await world.server.ok("POST", "team/auth/token/create", {"policies": ["default"]})
    token = made.body["auth"]["client_token"]
    lease = (await world.server.ok("GET", "team/db/account/app")).body["lease_id"]
    await world.server.ok("POST", "team/cubbyhole/note", {"a": "b"})
    await world.server.ok("POST", "cubbyhole/own", {"a": "c"})
    await world.server.ok("POST", "team/sys/policies/acl/x", {"policy": 'path "a" { policy = "read" }'})
    assert lease.endswith(f".{id_}")
    assert token.endswith(f".{id_}")
    assert await world.status(token) == 200
    await world.server.ok("DELETE", "sys/namespaces/team")
    assert await world.status(token) == 403
    assert (await world.server.ask("GET", "team/db/account/app")).status == 404
    assert (await world.server.ask("GET", "db/account/app", headers={"x-vault-namespace": "team"})).status == 404
    assert world.outside.accounts
    await world.settle()
    assert not world.outside.accounts
    left = set(await world.rows("")) - set(before)
    assert {row for row in left if id_ in row or "cubbyhole-below" in row} == set()
    assert (await world.server.ok("GET", "cubbyhole/own")).data == {"a": "c"}
    assert await world.rows(f"shared/{id_}/", f"local/{id_}/", keys.PENDING_DELETION) == []


async def test_the_name_is_free_at_once_and_the_new_one_is_another() -> None:
    """While the old one is still being cleared."""
    world = await World.start()
    first = await _namespace(world, "team")
    await world.server.ok("GET", "team/db/account/app")
    await world.server.ok("DELETE", "sys/namespaces/team")
    second = await _namespace(world, "team")
    assert first != second
    lease = (await world.server.ok("GET", "team/db/account/other")).body["lease_id"]
    await world.settle()
    assert list(world.outside.accounts) == ["other"]
    await world.server.ok("POST", "sys/leases/lookup", {"lease_id": lease})


async def test_children_come_first_and_deleting_twice_says_so() -> None:
    """A namespace that contains others stays."""
    world = await World.start()
    await _namespace(world, "team")
    await _namespace(world, "team/web")
    refused = await world.server.ask("DELETE", "sys/namespaces/team")
    assert (refused.status, refused.body["errors"]) == (400, ["unable to delete namespace containing child namespaces"])
    await world.server.ok("DELETE", "team/sys/namespaces/web")
    await world.server.ok("DELETE", "sys/namespaces/team")
    again = await world.server.ok("DELETE", "sys/namespaces/team")
    assert again.body["warnings"] == ["requested namespace does not exist"]


async def test_a_mount_that_has_moved_out_keeps_its_rows_but_not_its_leases() -> None:
    """Moving ends what the old namespace leased; deleting that namespace takes nothing from the mount."""
    world = await World.start()
    await _namespace(world, "old")
    await _namespace(world, "new")
    await world.server.ok("POST", "old/sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
    await world.server.ok("POST", "old/kv/a", {"x": "y"})
    await world.server.ok("GET", "old/db/account/app")
    await world.server.ok("POST", "sys/remount", {"from": "old/kv", "to": "new/kv"})
    await world.server.ok("POST", "sys/remount", {"from": "old/db", "to": "new/moved"})
    assert (await world.server.ask("GET", "old/kv/a")).status == 404
    await world.settle()
    assert not world.outside.accounts
    await world.server.ok("GET", "new/moved/account/later")
    await world.server.ok("DELETE", "sys/namespaces/old")
    await world.settle()
    assert (await world.server.ok("GET", "new/kv/a")).data == {"x": "y"}
    assert list(world.outside.accounts) == ["later"]
    await world.server.ok("DELETE", "sys/namespaces/new")
    await world.settle()
    assert not world.outside.accounts
    assert not [row for row in await world.rows("") if row.startswith(("shared/", "local/")) and "/root/" not in row]
