"""A server with engines for the agent's tests: kv, pki, and short-lived users of a real Redis."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strongroom.agent.server_clock import ServerClock
from strongroom.agent.upstream import Upstream
from strongroom.client.client import Client
from strongroom.client.settings import Settings
from strongroom.lib.clock import Clock, SleeplessClock
from tests.conformance.servers import Server, start_ours
from tests.sim import redis

POLICY = """
path "secret/*" { capabilities = ["create", "read", "update", "list"] }
path "kv1/*" { capabilities = ["create", "read", "update", "list"] }
path "pki/*" { capabilities = ["create", "read", "update"] }
path "leased-pki/*" { capabilities = ["create", "read", "update"] }
path "database/*" { capabilities = ["read"] }
path "auth/approle/role/app/secret-id" { capabilities = ["update"] }
path "auth/token/create" { capabilities = ["update"] }
"""
LEASE_S, LEASE_MAX_S = 2, 4
"""Of users of the role `short`."""


@dataclass(frozen=True)
class World:
    """A server, and what it issues credentials for.

    Attributes:
        root: a client with the root token.
    """

    server: Server
    redis: redis.Redis
    root: Client = field(repr=False)
    port: int = 0
    """Where the agent connects, if that isn't the server itself."""

    @property
    def settings(self) -> Settings:
        """How the agent reaches the server."""
        address = f"http://127.0.0.1:{self.port}" if self.port else self.server.url
        return Settings(address=address, max_retries=0, timeout_s=10.0)

    def upstream(self, clock: Clock | None = None) -> Upstream:
        """The server for an agent, which has to be closed."""
        return Upstream(self.settings, clock=ServerClock(clock or SleeplessClock()))

    def write(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Write as root."""
        return self.root.write(path, body or {}, method="POST")

    def put_secret(self, name: str, **data: str) -> None:
        """A secret of kv's second version."""
        self.write(f"secret/data/{name}", {"data": data})

    def leases(self, prefix: str) -> list[str]:
        """The leases under a prefix."""
        answer = self.root.list(f"sys/leases/lookup/{prefix}")
        return list(answer["data"]["keys"]) if answer else []

    def revoke(self, token: str) -> None:
        """Revoke a token, and with it its leases."""
        self.write("auth/token/revoke", {"token": token})

    def works(self, data: Any) -> bool:
        """Whether a user of Redis can log in."""
        return self.redis.lets_in(data["username"], data["password"])


@contextlib.contextmanager
def world(directory: Path) -> Iterator[World]:
    """A server of this project with its engines set up."""
    (directory / "redis").mkdir()
    with redis.run(directory / "redis", aclfile=True) as users, start_ours(directory) as server:
        root = Client(Settings(address=server.url, token=server.token))
        made = World(server, users, root)
        _set_up(made)
        yield made


def _set_up(made: World) -> None:
    root = made.root
    root.write("sys/policies/acl/app", {"policy": POLICY})
    root.write("sys/mounts/kv1", {"type": "kv"}, method="POST")
    root.write("sys/auth/approle", {"type": "approle"}, method="POST")
    root.write("auth/approle/role/app", {"secret_id_ttl": "10s"}, method="POST")
    for mount, leased in (("pki", False), ("leased-pki", True)):
        root.write(f"sys/mounts/{mount}", {"type": "pki", "config": {"max_lease_ttl": "8760h"}}, method="POST")
        root.write(f"{mount}/root/generate/internal", {"common_name": mount, "key_type": "ec"}, method="POST")
        role = {"allow_any_name": True, "key_type": "ec", "ttl": "24h", "generate_lease": leased}
        root.write(f"{mount}/roles/web", role, method="POST")
    root.write("sys/mounts/database", {"type": "database"}, method="POST")
    connection = {
        "plugin_name": "redis-database-plugin",
        "allowed_roles": ["*"],
        "host": "127.0.0.1",
        "port": made.redis.port,
        "username": redis.ADMIN,
        "password": redis.ADMIN_PASSWORD,
        "persistence_mode": "aclfile",
    }
    root.write("database/config/cache", connection, method="POST")
    for name, ttl, most in (("short", f"{LEASE_S}s", f"{LEASE_MAX_S}s"), ("long", "1h", "24h")):
        root.write(
            f"database/roles/{name}",
            {
                "db_name": "cache",
                "creation_statements": ['["~a:*","+get"]'],
                "default_ttl": ttl,
                "max_ttl": most,
            },
            method="POST",
        )
