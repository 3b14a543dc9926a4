"""An engine that leases, and the outside world that it leases accounts in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from strongroom.lib.errors import UpstreamFailed
from strongroom.sdk import Engine, Lease, Made, Record, Request, Response, path


class Outside:
    """Another system, where accounts are made and dropped; it can be down."""

    def __init__(self) -> None:
        self.accounts: set[str] = set()
        self.made: list[str] = []
        self.drops: list[str] = []
        self.down = False
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        """What happens elsewhere while an account is being made."""
        self.faulty = False
        self.targets: dict[str, str] = {}
        """The target of each account's lease."""
        self.hanging: dict[str, asyncio.Event] = {}
        """Systems, by the name that leases give as their target, that answer no `drop` until the event is set."""
        self.terms: dict[str, Any] = {}
        """More settings of the leases of `role/`."""
        self.warnings: tuple[str, ...] = ()
        """What comes with an account that was made."""

    async def make(self, name: str) -> None:
        """Make an account; the answer is lost when the system is down, and the account is there."""
        self.made.append(name)
        self.accounts.add(name)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.down:
            raise UpstreamFailed("the database does not answer")

    async def drop(self, name: str) -> None:
        """Remove an account."""
        self.drops.append(name)
        hanging = self.hanging.get(self.targets.get(name, ""))
        if hanging is not None:
            await hanging.wait()
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

    @path.read("planned/{role}")
    async def planned(self, request: Request, role: str) -> Response:
        """Make an account, for an hour, with the plan stored first."""
        name = request.once("name", lambda: f"{role}-{len(self.outside.made)}")
        lease = Lease(ttl_s=3600, internal={"account": name}, planned=True)
        return Response(data={"name": name}, lease=lease)

    @path.read("role/{name}")
    async def role(self, request: Request, name: str) -> Response:
        """Make an account, or answer with that of an earlier request if the terms allow it."""
        terms = {"ttl_s": 3600, "planned": True, "group": f"role/{name}", **self.outside.terms}
        found = await request.reusable(terms["group"], terms.get("reuse", ""))
        if found is not None:
            return found
        account = request.once("name", lambda: f"{name}-{len(self.outside.made)}")
        self.outside.targets[account] = terms.get("target", "")
        return Response(data={"name": account}, lease=Lease(internal={"account": account}, account=account, **terms))

    async def make(self, request: Request, lease: dict[str, Any]) -> Made:
        """Make the account."""
        connection = await request.view.read("connection", Connection)
        assert connection is not None
        await request.once.wait("make", lambda: self.outside.make(lease["account"]))
        return Made(data={"address": connection.address}, internal={"made": True}, warnings=self.outside.warnings)

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Drop the account."""
        connection = await request.view.read("connection", Connection)
        assert connection is not None, "the mount's rows went before its leases"
        await request.once.wait("drop", lambda: self.outside.drop(lease["account"]))
