"""What disabled mounts and revoked tokens leave behind is cleared, in order."""

from __future__ import annotations

from strongroom.barrier import keys
from tests.flow.sysapi.leases_world import World


async def test_a_disabled_mount_revokes_before_it_forgets() -> None:
    """Its leases are revoked through its engine, whose rows stay until the last one is; then nothing is left."""
    world = await World.start()
    for number in range(50):
        await world.lease(f"user{number}")
    world.outside.down = True
    mount = (await world.server.ok("GET", "sys/mounts/db")).data["uuid"]
    await world.server.ok("DELETE", "sys/mounts/db")
    assert (await world.server.ask("GET", "db/account/late")).status == 404
    await world.settle()
    assert len(world.outside.drops) == 50
    assert await world.rows(f"shared/root/{mount}/")
    world.outside.down = False
    world.clock.advance(10)
    await world.settle()
    assert not world.outside.accounts
    assert not await world.rows(f"shared/root/{mount}/", keys.PENDING_DELETION, keys.LEASE_COUNT)
    assert not await world.lease_rows()


async def test_a_disabled_auth_method_ends_what_its_tokens_lease() -> None:
    """The tokens of its logins are dead at once; their leases, and those of their children, are revoked."""
    world = await World.start()
    server = world.server
    await server.ok("PUT", "sys/policies/acl/all", {"policy": 'path "*" { capabilities = ["read", "update"] }'})
    await server.ok("POST", "sys/auth/people", {"type": "userpass"})
    await server.ok("POST", "auth/people/users/ann", {"password": "p", "token_policies": "all"})
    login = await server.ok("POST", "auth/people/login/ann", {"password": "p"}, token="")
    token = login.body["auth"]["client_token"]
    child = await world.token(parent=token)
    other = await world.token(policies=["all"])
    await world.lease("of-login", token)
    await world.lease("of-child", child)
    await world.lease("of-other", other)
    await server.ok("DELETE", "sys/auth/people")
    assert [await world.status(each) for each in (token, child, other)] == [403, 403, 200]
    await world.settle()
    assert world.outside.accounts == {"of-other"}
    assert not await world.rows(keys.PENDING_DELETION)
    assert len(await world.rows(keys.area(keys.ROOT_NAMESPACE, "token") + "child/")) == 1


async def test_a_token_takes_everything_below_it_along() -> None:
    """A tree wider and deeper than one commit holds is dead at once, and cleared with its leases and cubbyholes."""
    world = await World.start()
    before = await world.rows("shared/")
    root = await world.token()
    tokens = [root]
    for _ in range(30):
        tokens.append(await world.token(parent=root))
    parent = root
    for depth in range(20):
        parent = await world.token(parent=parent)
        tokens.append(parent)
        await world.lease(f"level{depth}", parent)
        await world.server.ok("POST", "cubbyhole/deep/er", {"depth": depth}, token=parent)
    await world.server.ok("POST", "auth/token/revoke", {"token": root})
    assert {await world.status(token) for token in tokens} == {403}
    await world.settle()
    assert not world.outside.accounts
    assert sorted(world.outside.drops) == sorted(f"level{depth}" for depth in range(20))
    assert [row for row in await world.rows("shared/") if keys.LEASE_COUNT not in row] == before


async def test_orphaned_children_live_on() -> None:
    """After `revoke-orphan` the token's own leases and cubbyhole go, its children stay until their own end."""
    world = await World.start()
    before = await world.rows("shared/")
    parent = await world.token()
    child = await world.token(parent=parent)
    grandchild = await world.token(parent=child)
    await world.lease("of-parent", parent)
    await world.lease("of-child", child)
    await world.server.ok("POST", "cubbyhole/mine", {"a": "b"}, token=parent)
    await world.server.ok("POST", "auth/token/revoke-orphan", {"token": parent})
    await world.settle()
    assert [await world.status(each) for each in (parent, child, grandchild)] == [403, 200, 200]
    assert world.outside.accounts == {"of-child"}
    shown = await world.server.ok("GET", "auth/token/lookup-self", token=child)
    assert shown.data["orphan"] is True
    await world.server.ok("POST", "auth/token/revoke", {"token": child})
    await world.settle()
    assert not world.outside.accounts
    assert [row for row in await world.rows("shared/") if keys.LEASE_COUNT not in row] == before
