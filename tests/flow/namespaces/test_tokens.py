"""Tokens across namespaces: where one works, what a child takes over, what is told about it."""

from __future__ import annotations

from typing import Any

from tests.flow.sysapi.leases_world import World

READ_ALL = 'path "*" { capabilities = ["read", "create", "update", "list", "sudo"] }'


async def _world() -> World:
    world = await World.start()
    for path in ("sys/namespaces/team", "team/sys/namespaces/web", "sys/namespaces/other"):
        await world.server.ok("POST", path)
    for place in ("", "team/", "team/web/", "other/"):
        await world.server.ok("PUT", f"{place}sys/policies/acl/p", {"policy": READ_ALL})
    return world


async def _auth(world: World, path: str, token: str = "root", **fields: Any) -> dict[str, Any]:
    made = await world.server.ok("POST", path, fields, token=token)
    return dict(made.body["auth"])


async def test_a_token_works_in_its_namespace_and_below() -> None:
    """Its policies are those of its own namespace, and their paths go down from there; batch tokens too."""
    world = await _world()
    for type_ in ("service", "batch"):
        auth = await _auth(world, "team/auth/token/create", policies=["p"], type=type_)
        for path, status in (("", 403), ("team/", 200), ("team/web/", 200), ("other/", 403)):
            asked = await world.server.ask("GET", f"{path}sys/mounts", token=auth["client_token"])
            assert asked.status == status, (type_, path)
    rules = 'path "web/sys/mounts" { capabilities = ["read"] }'
    await world.server.ok("PUT", "team/sys/policies/acl/down", {"policy": rules})
    auth = await _auth(world, "team/auth/token/create", policies=["down"])
    assert (await world.server.ask("GET", "team/web/sys/mounts", token=auth["client_token"])).status == 200
    for place, header in (("web/sys/mounts", "team"), ("sys/mounts", "team/web")):
        asked = await world.server.ask("GET", place, token=auth["client_token"], headers={"x-vault-namespace": header})
        assert asked.status == 200
    assert (await world.server.ask("GET", "team/sys/mounts", token=auth["client_token"])).status == 403


async def test_policies_reach_namespaces_by_their_paths_only() -> None:
    """A rule of root for `secret/*` says nothing of `team/secret/`; one with `+` or a glob before it does."""
    world = await _world()
    server = world.server
    cases = (("sys/mounts", 403), ("+/sys/mounts", 200), ("team/*", 200), ("te*", 200), ("Team/*", 403))
    for pattern, status in cases:
        await server.ok("PUT", "sys/policies/acl/one", {"policy": f'path "{pattern}" {{ capabilities = ["read"] }}'})
        auth = await _auth(world, "auth/token/create", policies=["one"])
        assert (await server.ask("GET", "team/sys/mounts", token=auth["client_token"])).status == status, pattern


async def test_a_child_in_another_namespace_takes_no_policies_over() -> None:
    """Its parent's names stand for other policies there.  The parent's end is its end all the same."""
    world = await _world()
    parent = await _auth(world, "team/auth/token/create", policies=["p"])
    token = parent["client_token"]
    child = await _auth(world, "team/web/auth/token/create", token)
    assert child["policies"] == ["default"]
    assert child["client_token"].endswith("." + (await world.server.ok("GET", "team/sys/namespaces/web")).data["id"])
    named = await _auth(world, "team/web/auth/token/create", token, policies=["p"])
    assert named["policies"] == ["default", "p"]  # its parent has sudo there
    await world.server.ok("POST", "auth/token/revoke", {"token": token})
    for each in (child, named):
        assert await world.status(each["client_token"]) == 403


async def test_nobody_makes_a_root_token_outside_root() -> None:
    """Neither from above, nor from within, nor by a role, nor by a login."""
    world = await _world()
    server = world.server
    parent = (await _auth(world, "team/auth/token/create", policies=["p"]))["client_token"]
    await server.ok("POST", "team/auth/token/roles/r", {"allowed_policies": "root"})
    await server.ok("POST", "team/sys/auth/up", {"type": "userpass"})
    user = {"password": "pw", "token_policies": "root"}
    assert (await server.ask("POST", "team/auth/up/users/eva", user)).status == 400
    for path, token in (("auth/token/create", parent), ("auth/token/create", "root"), ("auth/token/create/r", "root")):
        for namespace in ("team/", "team/web/"):
            made = await server.ask("POST", namespace + path, {"policies": ["root"]}, token=token)
            assert made.status == 400, (namespace, path, made)
    assert (await server.ask("PUT", "team/sys/policies/acl/root", {"policy": READ_ALL})).status == 400


async def test_a_chosen_token_is_roots_alone() -> None:
    """The end of a token says where its row is, so nobody chooses it."""
    world = await _world()
    made = await world.server.ask("POST", "team/auth/token/create", {"id": "chosen", "policies": ["p"]})
    assert made.status == 400
    id_ = (await world.server.ok("GET", "sys/namespaces/team")).data["id"]
    made = await world.server.ask("POST", "auth/token/create", {"id": f"chosen.{id_}", "policies": ["p"]})
    assert made.status == 400


async def test_a_lookup_says_where_the_token_belongs() -> None:
    """`namespace_path` for a token outside root; the token itself may ask from anywhere, by header or path."""
    world = await _world()
    auth = await _auth(world, "team/web/auth/token/create", policies=["p"])
    token = auth["client_token"]
    for place in ("", "team/", "other/", "team/web/"):
        shown = (await world.server.ok("GET", f"{place}auth/token/lookup-self", token=token)).data
        assert (shown["namespace_path"], shown["id"]) == ("team/web/", token)
    for place, status in (("", 200), ("team/", 200), ("other/", 403)):
        assert (await world.server.ask("POST", f"{place}auth/token/lookup", {"token": token})).status == status
    assert "namespace_path" not in (await world.server.ok("GET", "auth/token/lookup-self")).data
    found = await world.server.ask("POST", "auth/token/lookup-accessor", {"accessor": auth["accessor"]})
    assert (found.status, "different namespace" in found.error) == (500, True)
    await world.server.ok("POST", "team/web/auth/token/lookup-accessor", {"accessor": auth["accessor"]})
    await world.server.ok("POST", "other/auth/token/revoke-self", token=token)
    assert await world.status(token) == 403


async def test_a_login_belongs_to_the_namespace_of_its_method() -> None:
    """Its name begins with the namespace's, and failures lock the user of this namespace and no other's."""
    world = await _world()
    server = world.server
    for place in ("team/", "other/"):
        await server.ok("POST", f"{place}sys/auth/up", {"type": "userpass"})
        await server.ok("POST", f"{place}auth/up/users/eva", {"password": place, "token_policies": "p"})
    good = await server.ok("POST", "auth/up/login/eva", {"password": "team/"}, token="", headers=_in("team"))
    token = good.body["auth"]["client_token"]
    shown = (await server.ok("GET", "auth/token/lookup-self", token=token)).data
    assert (shown["display_name"], shown["namespace_path"]) == ("team-auth-up-eva", "team/")
    assert (await server.ask("POST", "auth/up/login/eva", {"password": "team/"}, token="")).status == 403
    for _ in range(5):
        await server.ask("POST", "team/auth/up/login/eva", {"password": "wrong"}, token="")
    assert (await server.ask("POST", "team/auth/up/login/eva", {"password": "team/"}, token="")).status == 403
    assert (await server.ask("POST", "other/auth/up/login/eva", {"password": "other/"}, token="")).status == 200
    locked = (await server.ok("GET", "team/sys/locked-users")).data
    assert locked["total"] == 1
    assert (await server.ok("GET", "other/sys/locked-users")).data["total"] == 0
    accessor = locked["by_namespace"][0]["mount_accessors"][0]["mount_accessor"]
    await server.ok("POST", f"other/sys/locked-users/{accessor}/unlock/eva")
    assert (await server.ok("GET", "team/sys/locked-users")).data["total"] == 1
    await server.ok("POST", f"team/sys/locked-users/{accessor}/unlock/eva")
    assert (await server.ask("POST", "team/auth/up/login/eva", {"password": "team/"}, token="")).status == 200


async def test_user_interfaces_list_namespaces_by_rights() -> None:
    """A token with rights in one namespace alone sees that one; without a token nothing is listed."""
    world = await _world()
    server = world.server
    await server.ok("PUT", "sys/policies/acl/one", {"policy": 'path "team/kv/*" { capabilities = ["read"] }'})
    token = (await _auth(world, "auth/token/create", policies=["one"], no_default_policy=True))["client_token"]
    assert (await server.ok("GET", "sys/internal/ui/namespaces", token=token)).data["keys"] == ["team/"]
    assert (await server.ok("GET", "team/sys/internal/ui/namespaces", token=token)).data == {}
    assert (await server.ok("GET", "sys/internal/ui/namespaces")).data["keys"] == ["other/", "team/"]
    assert (await server.ask("GET", "sys/internal/ui/namespaces", token="")).status == 403
    await server.ok("POST", "team/sys/auth/up", {"type": "userpass", "config": {"listing_visibility": "unauth"}})
    await server.ok("POST", "team/sys/auth/hidden", {"type": "userpass"})
    foreign = (await _auth(world, "other/auth/token/create", policies=["p"]))["client_token"]
    for asking in ("", foreign):
        shown = (await server.ok("GET", "team/sys/internal/ui/mounts", token=asking)).data
        assert shown == {"auth": {"up/": {"description": "", "options": {}, "type": "userpass"}}, "secret": {}}


async def test_a_mount_below_is_found_by_its_whole_path() -> None:
    """As the command line asks for it; not where the token has no rights."""
    world = await _world()
    server = world.server
    await server.ok("POST", "team/web/sys/mounts/kv", {"type": "kv"})
    for place, path in (("", "team/web/kv/x"), ("team/", "web/kv/x"), ("team/web/", "kv/x")):
        shown = (await server.ok("GET", f"{place}sys/internal/ui/mounts/{path}")).data
        assert shown["path"] == path.removesuffix("x")
    token = (await _auth(world, "other/auth/token/create", policies=["p"]))["client_token"]
    assert (await server.ask("GET", "sys/internal/ui/mounts/team/web/kv/x", token=token)).status == 403


def _in(namespace: str) -> dict[str, str]:
    return {"x-vault-namespace": namespace}
