"""A database engine with a connection to a real Redis or Valkey, and sessions of its driver without an engine."""

from __future__ import annotations

from typing import Any

from strongroom.engines.database.driver import Session, Target
from strongroom.engines.database.drivers.redis import Redis as Driver
from strongroom.testing import PluginServer
from tests.sim.redis import ADMIN, ADMIN_PASSWORD, Redis

PLUGIN = "redis-database-plugin"


async def connected(server: PluginServer, redis: Redis, name: str = "cache", **fields: Any) -> None:
    """Configure a connection by the administrator."""
    body = {
        "plugin_name": PLUGIN,
        "allowed_roles": "*",
        "username": ADMIN,
        "password": ADMIN_PASSWORD,
        "host": "127.0.0.1",
        "port": redis.port,
        **fields,
    }
    await server.ok("POST", f"database/config/{name}", body)


async def issued(server: PluginServer, *rules: str, **fields: Any) -> tuple[str, str, str]:
    """Write a role and ask for a user: name, password, lease."""
    await server.ok(
        "POST", "database/roles/app", {"db_name": "cache", "creation_statements": list(rules), "default_ttl": "1h"}
    )
    reply = await server.ok("GET", "database/creds/app", **fields)
    return reply.data["username"], reply.data["password"], reply.lease_id


def session(redis: Redis, password: str = ADMIN_PASSWORD, username: str = ADMIN, **details: Any) -> Session:
    """A session of the driver."""
    driver = Driver()
    checked = driver.check(PLUGIN, {"host": "127.0.0.1", "port": redis.port, **details})
    return driver.open(Target("cache", PLUGIN, checked, username, password))
