"""A server with approle enabled, and what tests do with it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.testing import PluginServer
from strongroom.testing.server import Reply

ADDRESS = "192.0.2.7"
MOUNT = "auth/approle/"


class World:
    """One server, with the role `app`, whose role id is `app-id`."""

    def __init__(self, server: PluginServer) -> None:
        self.server = server
        self.clock = server.clock

    @classmethod
    async def start(cls, **role: Any) -> World:
        """A server with the role."""
        server = await PluginServer.start()
        await server.mount("approle", auth=True)
        world = cls(server)
        await world.role(role_id="app-id", **role)
        return world

    async def peer(self) -> World:
        """Another process over the same store."""
        return World(await self.server.peer())

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Reply:
        """Send a request to the mount."""
        return await self.server.ask(method, MOUNT + path, body, **options)

    async def role(self, name: str = "app", **fields: Any) -> Reply:
        """Write a role."""
        return await self.server.ok("POST", f"{MOUNT}role/{name}", fields)

    async def secret_id(self, name: str = "app", **fields: Any) -> dict[str, Any]:
        """A new secret id, and what is answered beside it."""
        made: dict[str, Any] = (await self.server.ok("POST", f"{MOUNT}role/{name}/secret-id", fields)).data
        return made

    async def custom(self, text: str, name: str = "app", **fields: Any) -> Reply:
        """Register a secret id that was made elsewhere."""
        return await self.ask("POST", f"role/{name}/custom-secret-id", {"secret_id": text, **fields})

    async def look_up(self, secret_id: str, name: str = "app") -> dict[str, Any] | None:
        """What is known of a secret id."""
        reply = await self.server.ok("POST", f"{MOUNT}role/{name}/secret-id/lookup", {"secret_id": secret_id})
        return None if reply.body is None else reply.data

    async def log_in(self, secret_id: str = "", role_id: str = "app-id", address: str = ADDRESS) -> Reply:
        """Try to log in."""
        body = {"role_id": role_id, "secret_id": secret_id}
        return await self.ask("POST", "login", body, token="", address=address)

    async def token(self, secret_id: str = "", role_id: str = "app-id") -> str:
        """The token of a login that has to succeed."""
        reply = await self.log_in(secret_id, role_id)
        assert reply.status == 200, reply
        return str(reply.body["auth"]["client_token"])

    async def accessors(self, query: str = "", name: str = "app") -> list[str]:
        """The accessors of a role's secret ids."""
        reply = await self.ask("LIST", f"role/{name}/secret-id{query}")
        return [] if reply.status == 404 else list(reply.data["keys"])

    async def rows(self) -> list[str]:
        """The rows of the mount, by their keys below it."""
        barrier = self.server.services.barrier

        async def mount_id(txn: Transaction) -> str:
            return (await self.server.services.mounts.router(txn)).by_path[MOUNT].record.id

        prefix = keys.area(keys.ROOT_NAMESPACE, await transact(barrier, mount_id))
        return (await barrier.storage.scan(prefix)).names

    async def folders(self) -> dict[str, int]:
        """How many rows of each kind the mount has."""
        return dict(Counter(row.partition("/")[0] for row in await self.rows()))
