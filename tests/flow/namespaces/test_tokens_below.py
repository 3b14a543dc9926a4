"""Tokens of a namespace in the hands of one above it, and on their way home."""

from __future__ import annotations

from tests.flow.sysapi.system_server import Server


async def _tenant(server: Server) -> str:
    """A token of the namespace `team`, by a login whose mount gives it ten minutes."""
    await server.ok("POST", "sys/namespaces/team")
    await server.ok("POST", "team/sys/auth/userpass", {"type": "userpass", "config": {"max_lease_ttl": "600s"}})
    await server.ok("POST", "team/auth/userpass/users/ann", {"password": "pw"})
    login = await server.ok("POST", "team/auth/userpass/login/ann", {"password": "pw"}, token="")
    return str(login.body["auth"]["client_token"])


async def test_a_renewal_from_above_keeps_the_limits_of_the_mount_that_made_it() -> None:
    """The mount is the token's, and not that of the namespace that the request works in."""
    server = await Server.start()
    token = await _tenant(server)
    renewed = await server.ok("POST", "auth/token/renew", {"token": token, "increment": "5h"})
    assert 0 < renewed.body["auth"]["lease_duration"] <= 600


async def test_a_locked_namespace_serves_its_tokens_nowhere() -> None:
    """Not by the way round over another namespace either."""
    server = await Server.start()
    token = await _tenant(server)
    for place in ("", "team/"):
        assert (await server.ask("GET", f"{place}auth/token/lookup-self", token=token)).status == 200
    await server.ok("POST", "sys/namespaces/api-lock/lock/team")
    for place in ("", "team/"):
        refused = await server.ask("GET", f"{place}auth/token/lookup-self", token=token)
        assert refused.status == 503
        assert '"team/" must be unlocked' in refused.body["errors"][0]


async def test_paths_of_any_length_and_letters_lead_nowhere() -> None:
    """The first segment may be the name of a namespace, so it is looked up."""
    server = await Server.start()
    for path in ("x" * 5000 + "/a", "%C3%BC/a", "a%20b/c", "%22/a", "~/a", "a:b/c", "x" * 300 + "/" + "y" * 300):
        assert (await server.ask("GET", path)).status == 404, path
        assert (await server.ask("GET", "a", headers={"x-vault-namespace": path[:2000]})).status == 404, path
