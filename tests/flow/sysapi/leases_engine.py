"""An engine that leases, and the outside world that it leases accounts in."""

from __future__ import annotations

from typing import Any

from strongroom.lib.errors import UpstreamFailed
from strongroom.sdk import Engine, Lease, Record, Request, Response, path


class Outside:
    """Another system, where accounts are made and dropped; it can be down."""

    def __init__(self) -> None:
        self.accounts: set[str] = set()
        self.drops: list[str] = []
        self.down = False
        self.faulty = False

    async def drop(self, name: str) -> None:
        """Remove an account."""
        self.drops.append(name)
        if self.faulty:
            raise RuntimeError("not one of our own errors")
        if self.down:
            raise UpstreamFailed("the database does not answer")
        self.accounts.discard(name)


class Connection(Record, frozen=True, tag="test-connection"):
    """What the engine needs to revoke anything; it goes with the mount."""

    address: str


class Leasing(Engine):
    """Hands out accounts for a time."""

    type = "leasing"

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    async def mounted(self, request: Request) -> None:
        """Keep how the outside is reached."""
        request.view.write("connection", Connection(address="there"))

    @path.read("account/{name}")
    async def account(self, request: Request, name: str) -> Response:
        """Make an account, for an hour."""
        self.outside.accounts.add(name)
        return Response(data={"name": name}, lease=Lease(ttl_s=3600, internal={"account": name}))

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Drop the account."""
        connection = await request.view.read("connection", Connection)
        assert connection is not None, "the mount's rows went before its leases"
        await request.once.wait("drop", lambda: self.outside.drop(lease["account"]))
