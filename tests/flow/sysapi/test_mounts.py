"""Mounts of a whole server: what enabling, tuning, moving and disabling do to requests."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

from strongroom.sdk import Engine, Record, Request
from strongroom.services.mounts import SECRET
from tests.flow.sysapi.system_server import Server


class Beginning(Record, frozen=True, tag="test-beginning"):
    """What the engine of the next test begins with."""

    mount: str


class Beginner(Engine):
    """An engine that writes a row when it is mounted."""

    type = "beginner"

    async def mounted(self, request: Request) -> None:
        """Remember where."""
        request.view.write("beginning", Beginning(mount=request.mount.path))


async def test_an_engine_begins_in_the_same_commit() -> None:
    """Its `mounted` hook writes into the new mount's own place; a refused mount leaves nothing."""
    server = await Server.start()
    services = server.node.unsealed
    assert services is not None
    services.mounts.engines = {**services.mounts.engines, (SECRET, "beginner"): Beginner()}
    await server.ok("POST", "sys/mounts/deep/begin", {"type": "beginner"})
    mount = (await server.ok("GET", "sys/mounts/deep/begin")).data["uuid"]
    keys = (await services.barrier.storage.scan(f"shared/root/{mount}/")).names
    assert keys == ["beginning"]
    before = (await services.barrier.storage.scan("shared/")).names
    assert (await server.ask("POST", "sys/mounts/deep", {"type": "beginner"})).status == 400
    assert (await services.barrier.storage.scan("shared/")).names == before


async def test_a_disabled_mount_ends_at_once() -> None:
    """Its path answers 404, and a new mount at the same path has nothing of the old one."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await server.ok("POST", "kv/a", {"v": "1"})
    await server.ok("DELETE", "sys/mounts/kv")
    assert (await server.ask("GET", "kv/a")).status == 404
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    assert (await server.ask("GET", "kv/a")).status == 404


async def test_an_auth_method_is_read_by_the_path_that_clients_for_go_read() -> None:
    """`sys/mounts/auth/NAME` shows what `sys/auth/NAME` shows, without `sudo`; nothing else can be done there."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/up", {"type": "userpass", "description": "d"})
    read = await server.ok("GET", "sys/mounts/auth/up")
    assert read.data == (await server.ok("GET", "sys/auth/up")).data
    assert read.data["type"] == "userpass"
    for method, path, body, error in (
        ("GET", "sys/mounts/auth/nope", None, "No secret engine mount at auth/nope/"),
        ("POST", "sys/mounts/auth/up", {"type": "kv"}, 'cannot mount "auth/up/"'),
        ("DELETE", "sys/mounts/auth/up", None, 'cannot unmount "auth/up/"'),
    ):
        refused = await server.ask(method, path, body)
        assert (refused.status, refused.body["errors"]) == (400, [error])
    assert (await server.ok("GET", "sys/auth/up")).data == read.data


async def test_a_disabled_auth_method_ends_its_tokens() -> None:
    """A token of a login is refused from the moment on that its auth method is disabled."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/up", {"type": "userpass"})
    await server.ok("POST", "auth/up/users/ann", {"password": "x"})
    login = await server.ok("POST", "auth/up/login/ann", {"password": "x"}, token="")
    token = login.body["auth"]["client_token"]
    await server.ok("GET", "auth/token/lookup-self", token=token)
    await server.ok("DELETE", "sys/auth/up")
    assert (await server.ask("GET", "auth/token/lookup-self", token=token)).status == 403


async def test_moving_keeps_everything() -> None:
    """Secrets, accessor and id stay; the old path is free; the move can be asked for during a day."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/from", {"type": "kv"})
    await server.ok("POST", "from/a", {"v": "1"})
    before = (await server.ok("GET", "sys/mounts/from")).data
    moved = await server.ok("POST", "sys/remount", {"from": "from", "to": "/to/"})
    assert (await server.ok("GET", "to/a")).data == {"v": "1"}
    assert (await server.ok("GET", "sys/mounts/to")).data == before
    await server.ok("POST", "sys/mounts/from", {"type": "kv"})
    assert (await server.ask("GET", "from/a")).status == 404
    status = f"sys/remount/status/{moved.data['migration_id']}"
    assert (await server.ok("GET", status)).data["migration_info"] == {
        "source_mount": "from/",
        "target_mount": "to/",
        "status": "success",
    }
    server.clock.advance(24 * 3600)
    await server.ok("POST", "sys/remount", {"from": "from", "to": "away"})
    assert (await server.ask("GET", status)).status == 404


async def test_one_set_of_rules_for_paths(tmp_path: Path) -> None:
    """What can't be the path of a mount is refused wherever one is named: moving, enabling, auth methods, audit."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/from", {"type": "kv"})
    await server.ok("POST", "sys/auth/up", {"type": "userpass"})
    audit = {"type": "file", "options": {"file_path": str(tmp_path / "audit.log")}}
    for name in ("..", ".", "x//y", "a/../b", "a ", " a", "a\nb", "a\x85b", "+", "a/+/b", "a*", "a%2fb", "a\\b"):
        for source, target in (("from", name), ("auth/up", f"auth/{name}")):
            moved = await server.ask("POST", "sys/remount", {"from": source, "to": target})
            assert moved.status == 400, (target, moved)
            assert moved.error.startswith("invalid destination mount: "), (target, moved)
        for base, body in (("mounts", {"type": "kv"}), ("auth", {"type": "userpass"}), ("audit", audit)):
            made = await server.ask("POST", f"sys/{base}/{quote(name)}", body)
            assert made.status in {307, 400}, (base, name, made)
    assert (await server.ask("POST", "sys/remount", {"from": "auth/up", "to": "auth/"})).status == 400
    assert set((await server.ok("GET", "sys/mounts")).data) == {"cubbyhole/", "from/", "identity/", "sys/"}
    assert set((await server.ok("GET", "sys/auth")).data) == {"token/", "up/"}
    assert not (await server.ok("GET", "sys/audit")).data


async def test_names_of_roles_are_those_of_users() -> None:
    """A role of tokens has a name of letters and digits, with dots and hyphens between; no other is supported."""
    server = await Server.start()
    for name in ("a b", "+", "*", ".a", "a.", "a@b", "é", "a%2fb"):
        made = await server.ask("POST", f"auth/token/roles/{quote(name)}", {"orphan": True})
        assert made.status == 404, (name, made)
    for name in ("a", "a.b", "a-b", "A_1"):
        await server.ok("POST", f"auth/token/roles/{name}", {"orphan": True})


async def test_tuned_times_count_for_the_next_token() -> None:
    """The token mount's default is what a token without a wish gets."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/token/tune", {"default_lease_ttl": "2h"})
    made = await server.ok("POST", "auth/token/create", {"policies": ["default"]})
    assert made.body["auth"]["lease_duration"] == 7200


async def test_a_listing_shows_what_a_token_may_use() -> None:
    """Without a token, what is tuned to be seen; with one, also what its rules touch; never to a wrong token."""
    server = await Server.start()
    seen = {"type": "kv", "config": {"listing_visibility": "unauth"}}
    await server.ok("POST", "sys/mounts/seen", seen)
    for name in ("a", "b", "c", "d"):
        await server.ok("POST", f"sys/mounts/{name}", {"type": "kv"})
    rules = 'path "a/x/y" { capabilities = ["read"] } path "+/z" { capabilities = ["read"] }'
    only = await server.token('path "a/x/y" { capabilities = ["read"] }', no_default_policy=True)
    listed = await server.ok("GET", "sys/internal/ui/mounts", token="")
    assert listed.data == {"auth": {}, "secret": {"seen/": {"description": "", "options": {}, "type": "kv"}}}
    listed = await server.ok("GET", "sys/internal/ui/mounts", token=only)
    assert set(listed.data["secret"]) == {"a/", "seen/"}
    assert (await server.ask("GET", "sys/internal/ui/mounts", token="wrong")).status == 403
    assert (await server.ok("GET", "sys/internal/ui/mounts/a/x/y", token=only)).data["path"] == "a/"
    denied = await server.ask("GET", "sys/internal/ui/mounts/b", token=only)
    missing = await server.ask("GET", "sys/internal/ui/mounts/nosuch", token=only)
    assert denied.status == missing.status == 403
    assert denied.error.replace("b/", "nosuch/") == missing.error
    await server.ok("PUT", "sys/policies/acl/only", {"policy": rules + ' path "d/*" { capabilities = ["deny"] }'})
    listed = await server.ok("GET", "sys/internal/ui/mounts", token=only)
    assert {"a/", "b/", "c/"} <= set(listed.data["secret"])


async def test_the_resultant_rules_are_merged() -> None:
    """Rules of several policies on one path are one entry; a deny leaves nothing else."""
    server = await Server.start()
    rules = (
        'path "a" { capabilities = ["read"] } path "a" { capabilities = ["list"] } '
        'path "b/*" { capabilities = ["read"] } path "b/*" { capabilities = ["deny"] } path "+/c" { capabilities = '
        '["read"] } path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }'
    )
    token = await server.token(rules, no_default_policy=True)
    assert (await server.ok("GET", "sys/internal/ui/resultant-acl", token=token)).data == {
        "exact_paths": {
            "a": {"capabilities": ["list", "read"]},
            "sys/internal/ui/resultant-acl": {"capabilities": ["read"]},
        },
        "glob_paths": {"b/": {"capabilities": ["deny"]}},
        "root": False,
    }
    assert (await server.ok("GET", "sys/internal/ui/resultant-acl")).data == {"root": True}


async def test_auth_methods_need_sudo() -> None:
    """`update` on the path is not enough to enable or tune an auth method; `sudo` on top is."""
    server = await Server.start()
    plain = await server.token('path "sys/auth/*" { capabilities = ["create", "update", "read"] }')
    for path in ("sys/auth/up", "sys/auth/token/tune"):
        assert (await server.ask("POST", path, {"type": "userpass"}, token=plain)).status == 403
    rules = 'path "sys/auth/*" { capabilities = ["create", "update", "read", "sudo"] }'
    await server.ok("PUT", "sys/policies/acl/only", {"policy": rules})
    await server.ok("POST", "sys/auth/up", {"type": "userpass"}, token=plain)


async def test_two_that_want_one_path() -> None:
    """Of concurrent requests for the same path one gets it."""
    server = await Server.start()
    asked = (server.ask("POST", f"sys/mounts/x{'/y' * (i % 2)}", {"type": "kv"}) for i in range(6))
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status for answer in answers) == [204] + [400] * 5
