"""A server with the leasing engine mounted, and the expiry role in the test's hands."""

from __future__ import annotations

from typing import Any

from strongroom.barrier import keys
from strongroom.barrier.due import LEASE, TARGET_LEASE
from strongroom.core.expiry import LOCK_S, ROLE
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services
from strongroom.testing import PluginServer
from tests.flow.sysapi.leases_engine import Leasing, Outside


class World:
    """A server, the outside world, and a clock."""

    def __init__(self, server: PluginServer, outside: Outside, services: Services) -> None:
        self.server = server
        self.outside = outside
        self.services = services
        self.clock = server.clock
        self.expiry = server.expiry

    @classmethod
    async def start(cls) -> World:
        """A server with `db/` mounted."""
        outside = Outside()
        server = await PluginServer.start(lambda: Leasing(outside), mounted=False)
        await server.mount("leasing", "db")
        return cls(server, outside, server.services)

    async def fence(self) -> Fence:
        """The expiry role, held by the test."""
        fence = await self.services.barrier.storage.lock(ROLE, "test", LOCK_S)
        assert fence is not None
        return fence

    async def settle(self) -> int:
        """Let the role work until nothing is due; how much it did."""
        total, rounds = 0, 0
        while done := await self.expiry.run_once(await self.fence()):
            total, rounds = total + done, rounds + 1
            assert rounds < 200, "it doesn't come to rest"
        return total

    async def lease(self, name: str, token: str = "root") -> str:
        """The id of a new lease on an account."""
        answer = await self.server.ok("GET", f"db/account/{name}", token=token)
        return str(answer.body["lease_id"])

    async def token(self, parent: str = "root", **fields: Any) -> str:
        """A new token that may do everything."""
        made = await self.server.ok("POST", "auth/token/create", fields, token=parent)
        return str(made.body["auth"]["client_token"])

    async def status(self, token: str) -> int:
        """How the server answers a token that asks for itself."""
        return (await self.server.ask("GET", "auth/token/lookup-self", token=token)).status

    async def rows(self, *prefixes: str) -> list[str]:
        """Keys of the store below some prefixes."""
        storage = self.services.barrier.storage
        return [prefix + name for prefix in prefixes for name in (await storage.scan(prefix)).names]

    async def lease_rows(self) -> list[str]:
        """Every row that belongs to a lease."""
        place = keys.area(keys.ROOT_NAMESPACE, "lease")
        # Rows of other kinds in the due index belong to tokens and others.
        mine = tuple(f"{keys.QUEUE}{kind}/" for kind in (LEASE, TARGET_LEASE))
        counters = (keys.LEASE_COUNT, keys.LEASE_GROUP_COUNT, keys.LEASE_PLANNED_COUNT)
        found = [
            row
            for row in await self.rows(place)
            if not row.startswith(counters) and (row.startswith(mine) or not row.startswith(keys.QUEUE))
        ]
        return [row for row in found if not (row.startswith(keys.DUE) and "/token/" in row)]
