"""Locking an API: what is closed, what stays open, who may open it again."""

from __future__ import annotations

from tests.flow.sysapi.leases_world import World

LOCKED = 'API access to this namespace has been locked by an administrator - "team/" must be unlocked to gain access.'
UNLOCKER = """
path "sys/namespaces/api-lock/*" { capabilities = ["update"] }
path "auth/token/create" { capabilities = ["update"] }
"""


async def _world() -> World:
    world = await World.start()
    for path in ("sys/namespaces/team", "team/sys/namespaces/web", "sys/namespaces/other"):
        await world.server.ok("POST", path)
    await world.server.ok("POST", "team/sys/mounts/db", {"type": "leasing"})
    await world.server.ok("PUT", "team/sys/policies/acl/unlocker", {"policy": UNLOCKER})
    return world


async def _member(world: World, **fields: object) -> str:
    made = await world.server.ok("POST", "team/auth/token/create", {"policies": ["unlocker"], **fields})
    return str(made.body["auth"]["client_token"])


async def test_the_subtree_is_closed_and_nothing_else() -> None:
    """By path and by header, for root's token and for none; the namespace's row and its neighbours stay open."""
    world = await _world()
    server = world.server
    await server.ok("POST", "sys/namespaces/api-lock/lock/team")
    for path, namespace in (("team/sys/mounts", ""), ("sys/mounts", "team"), ("web/sys/mounts", "team")):
        for token in ("root", ""):
            refused = await server.ask("GET", path, token=token, headers={"x-vault-namespace": namespace})
            assert (refused.status, refused.body["errors"]) == (503, [LOCKED]), (path, namespace, token)
    assert (await server.ask("POST", "team/auth/token/create")).status == 503
    assert (await server.ask("GET", "team/sys/internal/ui/mounts", token="")).status == 503
    assert (await server.ask("GET", "sys/internal/ui/mounts/team/db/x")).status == 403
    assert (await server.ok("GET", "sys/namespaces/team")).data["locked"] is True
    assert (await server.ok("LIST", "sys/namespaces")).data["key_info"]["team/"]["locked"] is True
    await server.ok("GET", "other/sys/mounts")


async def test_a_token_of_a_locked_namespace_does_nothing_from_outside_either() -> None:
    """It can't look itself up, renew itself or open what it holds through root or through a neighbour."""
    world = await _world()
    server = world.server
    token = await _member(world, ttl="1h")
    wrapped = await server.ok(
        "POST", "team/auth/token/create", token=token, headers={"x-vault-wrap-ttl": "60"}, body={"policies": []}
    )
    wrapping = wrapped.body["wrap_info"]["token"]
    await server.ok("POST", "sys/namespaces/api-lock/lock/team")
    for place in ("", "other/", "team/"):
        assert (await server.ask("GET", f"{place}auth/token/lookup-self", token=token)).status == 503
        assert (await server.ask("POST", f"{place}auth/token/renew-self", token=token)).status == 503
        assert (await server.ask("POST", f"{place}auth/token/revoke-self", token=token)).status == 503
        assert (await server.ask("POST", f"{place}sys/wrapping/unwrap", token=wrapping)).status == 503
    assert (await server.ask("POST", "sys/wrapping/lookup", token=wrapping)).status == 400


async def test_the_key_opens_it_and_a_wrong_one_does_not() -> None:
    """Whoever has the path may use the key, while all else is closed to them; it works once."""
    world = await _world()
    server = world.server
    token = await _member(world)
    key = (await server.ok("POST", "team/sys/namespaces/api-lock/lock", token=token)).data["unlock_key"]
    path = "team/sys/namespaces/api-lock/unlock"
    for given, text in (("x", "incorrect unlock key"), (key + " ", "incorrect unlock key"), ("", "provided empty key")):
        refused = await server.ask("POST", path, {"unlock_key": given}, token=token)
        assert (refused.status, refused.body["errors"]) == (400, [text])
    assert (await server.ask("POST", path, {"unlock_key": key}, token="")).status == 403
    await server.ok("POST", path, {"unlock_key": key}, token=token)
    await server.ok("GET", "team/sys/mounts")
    again = await server.ask("POST", path, {"unlock_key": key}, token=token)
    assert again.body["errors"] == ['namespace "team/" is not locked']


async def test_sudo_opens_it_without_the_key() -> None:
    """The answer says that it was opened so."""
    world = await _world()
    await world.server.ok("POST", "sys/namespaces/api-lock/lock/team")
    opened = await world.server.ok("POST", "sys/namespaces/api-lock/unlock/team")
    assert opened.body["warnings"] == ["Namespace unlocked using sudo capabilities"]
    await world.server.ok("GET", "team/sys/mounts")


async def test_each_lock_has_its_own_key_and_the_outer_one_goes_first() -> None:
    """A namespace that is locked by itself stays locked when the one above is opened."""
    world = await _world()
    server = world.server
    inner = (await server.ok("POST", "sys/namespaces/api-lock/lock/team/web")).data["unlock_key"]
    outer = (await server.ok("POST", "sys/namespaces/api-lock/lock/team")).data["unlock_key"]
    again = await server.ask("POST", "sys/namespaces/api-lock/lock/team/web")
    assert again.error == 'cannot lock namespace "team/web/": ancestor namespace "team/" is already locked'
    assert (await server.ask("POST", "sys/namespaces/api-lock/unlock/team", {"unlock_key": inner})).status == 400
    await server.ok("POST", "sys/namespaces/api-lock/unlock/team", {"unlock_key": outer})
    await server.ok("GET", "team/sys/mounts")
    assert (await server.ask("GET", "team/web/sys/mounts")).status == 503
    await server.ok("POST", "sys/namespaces/api-lock/unlock/team/web", {"unlock_key": inner})
    await server.ok("GET", "team/web/sys/mounts")


async def test_root_is_never_locked() -> None:
    """Nobody could open it again."""
    world = await _world()
    for verb in ("lock", "unlock"):
        refused = await world.server.ask("POST", f"sys/namespaces/api-lock/{verb}")
        assert (refused.status, refused.error) == (400, "root namespace cannot be locked/unlocked")
        assert (await world.server.ask("POST", f"sys/namespaces/api-lock/{verb}/nope")).status == 400


async def test_tokens_and_leases_end_meanwhile() -> None:
    """A lock closes the API and no more: what is due is revoked, and a locked namespace can be deleted."""
    world = await _world()
    server = world.server
    await server.ok("GET", "team/db/account/app")
    token = await _member(world, ttl="1m")
    await server.ok("POST", "sys/namespaces/api-lock/lock/team")
    world.clock.advance(40 * 24 * 3600)
    await world.settle()
    assert not world.outside.accounts
    await server.ok("POST", "sys/namespaces/api-lock/unlock/team")
    assert await world.status(token) == 403
    await server.ok("POST", "sys/namespaces/api-lock/lock/team/web")
    await server.ok("DELETE", "team/sys/namespaces/web")
    assert (await server.ask("GET", "team/web/sys/mounts")).status == 404


async def test_nobody_of_a_locked_namespace_opens_it_without_the_key() -> None:
    """Its own administrators are among those whom the lock stops, whatever rights they have there."""
    world = await _world()
    server = world.server
    await server.ok("PUT", "team/sys/policies/acl/all", {"policy": 'path "*" { capabilities = ["update", "sudo"] }'})
    inner = await server.ok("POST", "team/auth/token/create", {"policies": ["all"], "no_parent": True})
    await server.ok("PUT", "sys/policies/acl/above", {"policy": 'path "team/*" { capabilities = ["update", "sudo"] }'})
    above = await server.ok("POST", "auth/token/create", {"policies": ["above"]})
    await server.ok("POST", "sys/namespaces/api-lock/lock/team")
    path = "team/sys/namespaces/api-lock/unlock"
    refused = await server.ask("POST", path, token=inner.body["auth"]["client_token"])
    assert (refused.status, refused.error) == (400, "provided empty key")
    assert (await server.ask("GET", "team/sys/mounts")).status == 503
    await server.ok("POST", path, token=above.body["auth"]["client_token"])
    await server.ok("GET", "team/sys/mounts")
