"""What an engine says of a secret that it has made, beside its data."""

from __future__ import annotations

from typing import Any

from strongroom.sdk import Engine, Lease, Made, Request, Response, path
from strongroom.testing import PluginServer


class Shortening(Engine):
    """Plans an hour; the other system has the last word."""

    type = "shortening"

    @path.read("for/{seconds}")
    async def read(self, request: Request, seconds: str) -> Response:
        """Plan a secret."""
        return Response(data={"name": "a"}, lease=Lease(ttl_s=3600, internal={"seconds": int(seconds)}, planned=True))

    async def make(self, request: Request, lease: dict[str, Any]) -> Made:
        """Make it."""
        return Made(ttl_s=lease["seconds"], warnings=("it was made",))


async def test_a_lease_ends_no_later_than_its_secret() -> None:
    """When the other system gives it a shorter life than was asked for; and what the engine has to say is told."""
    server = await PluginServer.start(Shortening)
    for given, lives in (("600", 600), ("0", 3600), ("7200", 3600)):
        made = await server.ok("GET", f"shortening/for/{given}")
        assert (made.body["lease_duration"], made.body["warnings"]) == (lives, ["it was made"])
        found = await server.ok("POST", "sys/leases/lookup", {"lease_id": made.lease_id})
        assert found.data["ttl"] == lives
        server.clock.advance(lives)
        await server.work()
        assert (await server.ask("POST", "sys/leases/lookup", {"lease_id": made.lease_id})).status == 400
