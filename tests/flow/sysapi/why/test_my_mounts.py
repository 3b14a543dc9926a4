"""`sys/my/mounts`: where a token may do something."""

from __future__ import annotations

from tests.flow.sysapi.system_server import Server


async def test_a_token_sees_the_mounts_that_it_can_use() -> None:
    """Each with all that its policies grant on any path there.  What they only deny isn't shown."""
    server = await Server.start()
    for name in ("mine", "denied", "others"):
        await server.ok("POST", f"sys/mounts/{name}", {"type": "kv", "description": name, "options": {"version": "1"}})
    token = await server.token(
        """
        path "mine/a/*" { capabilities = ["read", "list"] }
        path "mine/+/b" { capabilities = ["update", "read"] }
        path "mine/c"   { capabilities = ["deny"] }
        path "denied/*" { capabilities = ["deny"] }
        """
    )
    data = (await server.ok("GET", "sys/my/mounts", token=token)).data
    assert data["keys"] == ["auth/token/", "cubbyhole/", "identity/", "mine/", "sys/"]
    assert data["key_info"]["mine/"] == {
        "type": "kv",
        "description": "mine",
        "options": {"version": "1"},
        "capabilities": ["list", "read", "update"],
    }
    assert (await server.ask("GET", "sys/my/mounts", token="")).status == 403


async def test_root_sees_all_and_a_namespace_its_own() -> None:
    """A root token may do everything everywhere, and in a namespace only its mounts are told."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await server.ok("POST", "sys/namespaces/team", {})
    assert (await server.ok("GET", "sys/my/mounts")).data["key_info"]["kv/"]["capabilities"] == ["root"]
    assert "kv/" not in (await server.ok("GET", "team/sys/my/mounts")).data["keys"]
    text = 'path "team/cubbyhole/*" { capabilities = ["read"] } path "team/sys/my/mounts" { capabilities = ["read"] }'
    token = await server.token(text)
    found = (await server.ok("GET", "team/sys/my/mounts", token=token)).data["key_info"]
    assert {path: each["capabilities"] for path, each in found.items()} == {"cubbyhole/": ["read"], "sys/": ["read"]}
