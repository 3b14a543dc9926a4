"""A login that comes with a request proves its second factor in the same request, or doesn't log in."""

from __future__ import annotations

from tests.flow.core.test_inline_logins import headers
from tests.flow.mfa.world import LOGIN, World
from tests.flow.node import Answer

OWN = "auth/token/lookup-self"


async def asked(world: World, code: str) -> Answer:
    """The answer to a request of eva's, with a code if there is one."""
    factor = {"x-vault-mfa": f"main:{code}"} if code else {}
    return await world.node.ask("GET", OWN, token="", headers=headers(f"{LOGIN}eva", "pw") | factor)


async def test_the_header_proves_it_once() -> None:
    """One code, one request."""
    world = await World.start()
    await world.enrolled("eva")
    code = world.code("eva")
    assert (await asked(world, code)).data["display_name"] == "userpass-eva"
    again = await asked(world, code)
    assert (again.status, again.headers["X-Vault-Inline-Auth-Failed"]) == (403, "true")


async def test_without_it_nothing_is_served() -> None:
    """And the client is told what is missing."""
    world = await World.start()
    await world.enrolled("eva")
    refused = await asked(world, "")
    assert (refused.status, refused.headers["X-Vault-Inline-Auth-Failed"]) == (400, "true")
    assert "X-Vault-MFA" in refused.error


async def test_a_wrong_one_is_refused() -> None:
    """As in any login."""
    world = await World.start()
    await world.enrolled("eva")
    assert (await asked(world, world.wrong("eva"))).status == 403
