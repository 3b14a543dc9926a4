"""What a token keeps in the cubbyholes of namespaces below its own."""

from __future__ import annotations

from tests.flow.sysapi.leases_world import World


async def test_each_namespace_has_its_own_and_all_of_them_go_with_the_token() -> None:
    """A token of root keeps one thing here and another one there."""
    world = await World.start()
    server = world.server
    await server.ok("POST", "sys/namespaces/team")
    await server.ok("POST", "sys/namespaces/web")
    before = set(await world.rows(""))
    token = await world.token()
    for path in ("", "team/", "web/"):
        await server.ok("POST", f"{path}cubbyhole/note", {"at": path}, token=token)
    for path in ("", "team/", "web/"):
        assert (await server.ok("GET", f"{path}cubbyhole/note", token=token)).data == {"at": path}
    await server.ok("POST", "auth/token/revoke", {"token": token})
    await world.settle()
    assert {row for row in set(await world.rows("")) - before if "cubbyhole" in row} == set()
