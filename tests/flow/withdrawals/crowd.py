"""Clients of several kinds, with what was issued to them, for withdrawals to choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.flow.sysapi.leases_world import World

RULES = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }'


@dataclass
class Crowd:
    """A server with an auth method, and what was issued there, by a name of each."""

    world: World
    tokens: dict[str, str] = field(default_factory=dict)
    entities: dict[str, str] = field(default_factory=dict)
    accessors: dict[str, str] = field(default_factory=dict)
    leases: dict[str, str] = field(default_factory=dict)
    wrapped: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def start(cls) -> Crowd:
        """A server with `db/`, `auth/approle/` and a policy for all."""
        world = await World.start()
        await world.server.ok("PUT", "sys/policies/acl/all", {"policy": RULES})
        await world.server.mount("approle", auth=True)
        return cls(world)

    async def log_in(self, name: str, address: str = "192.0.2.1", **settings: Any) -> int:
        """Log a client in by its role; the answer's status."""
        role, server = f"auth/approle/role/{name}", self.world.server
        await server.ok("POST", role, {"token_policies": "all", "token_ttl": "12h", **settings})
        ids = {
            "role_id": (await server.ok("GET", f"{role}/role-id")).data["role_id"],
            "secret_id": (await server.ok("POST", f"{role}/secret-id")).data["secret_id"],
        }
        answer = await server.ask("POST", "auth/approle/login", ids, token="", address=address)
        if answer.status == 200:
            self._keep(name, answer.body["auth"])
        return answer.status

    async def child(self, name: str, of: str, path: str = "create", address: str = "192.0.2.1", **body: Any) -> None:
        """Make a token with another one."""
        made = await self.world.server.ok("POST", f"auth/token/{path}", body, token=self.tokens[of], address=address)
        self._keep(name, made.body["auth"])

    async def lease(self, name: str, of: str, address: str = "192.0.2.1") -> None:
        """Lease an account to a token."""
        server = self.world.server
        answer = await server.ok("GET", f"db/account/{name}", token=self.tokens[of], address=address)
        self.leases[name] = str(answer.body["lease_id"])

    async def wrap(self, name: str, of: str, address: str = "192.0.2.1") -> None:
        """Wrap an answer for a token."""
        answer = await self.world.server.ok(
            "POST",
            "sys/wrapping/wrap",
            {"a": name},
            token=self.tokens[of],
            address=address,
            headers={"x-vault-wrap-ttl": "1h"},
        )
        self.wrapped[name] = str(answer.body["wrap_info"]["token"])

    async def withdraw(self, **body: Any) -> Any:
        """The data of the answer to a withdrawal."""
        return (await self.world.server.ok("POST", "sys/revoke-issued", body)).data

    async def report(self, id_: str) -> Any:
        """What is told of a withdrawal."""
        return (await self.world.server.ok("GET", f"sys/revoke-issued/{id_}")).data

    async def alive(self) -> set[str]:
        """The names of what works: tokens that look themselves up, answers that can be looked up, leases that renew."""
        ask, found = self.world.server.ask, set[str]()
        for name, token in self.tokens.items():
            if (await ask("GET", "auth/token/lookup-self", token=token)).status == 200:
                found.add(name)
        for name, token in self.wrapped.items():
            if (await ask("POST", "sys/wrapping/lookup", {"token": token})).status == 200:
                found.add(name)
        for name, lease in self.leases.items():
            if (await ask("POST", "sys/leases/renew", {"lease_id": lease})).status == 200:
                found.add(name)
        return found

    def _keep(self, name: str, auth: dict[str, Any]) -> None:
        self.tokens[name], self.accessors[name] = auth["client_token"], auth["accessor"]
        self.entities[name] = auth["entity_id"]
