"""A server with a database engine, and what tests ask PostgreSQL themselves."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from strongroom.engines.database import Database
from strongroom.testing import PluginServer
from tests.conformance.postgres import PostgresqlServer

PLUGIN = "postgresql-database-plugin"
CREATE = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';"
CONFIG: dict[str, Any] = {"plugin_name": PLUGIN, "allowed_roles": "*", "username": "root_of_tests"}


@asynccontextmanager
async def serving() -> AsyncIterator[PluginServer]:
    """A server whose clock shows the time, because PostgreSQL compares it with its own."""
    server = await PluginServer.start(Database)
    server.clock.advance(time.time() - server.clock.now())
    try:
        yield server
    finally:
        await close(server)


async def restarted(server: PluginServer) -> None:
    """Go on as another process, which has only what is stored."""
    await close(server)
    await server.restart()


async def close(server: PluginServer) -> None:
    """Close the connections of a process."""
    engine = server.engines["database"]
    assert isinstance(engine, Database)
    await engine.sessions.close()


async def connected(server: PluginServer, postgresql: PostgresqlServer, name: str = "pg", **fields: Any) -> None:
    """Configure a connection by the superuser."""
    url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{postgresql.port}/postgres?sslmode=disable"
    body = {**CONFIG, "password": postgresql.password, "connection_url": url, **fields}
    await server.ok("POST", f"database/config/{name}", body)


async def issued(server: PluginServer, role: str = "app", **fields: Any) -> tuple[str, str, str]:
    """Write a role and ask for a user: name, password, lease."""
    body = {"db_name": "pg", "creation_statements": CREATE, "default_ttl": "1h", **fields}
    await server.ok("POST", f"database/roles/{role}", body)
    reply = await server.ok("GET", f"database/creds/{role}")
    return reply.data["username"], reply.data["password"], reply.lease_id


async def log_in(
    postgresql: PostgresqlServer, user: str, password: str, dbname: str = "postgres"
) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """A connection of a user's own.  Raises `psycopg.OperationalError`."""
    return await psycopg.AsyncConnection.connect(
        host="127.0.0.1", port=postgresql.port, user=user, password=password, dbname=dbname, autocommit=True
    )


async def asked(postgresql: PostgresqlServer, query: Any, *values: Any, dbname: str = "postgres") -> list[Any]:
    """What the superuser is answered; nothing for a statement without rows."""
    async with await log_in(postgresql, "root_of_tests", postgresql.password, dbname) as connection:
        cursor = await connection.execute(query, values or None)
        return [row[0] for row in await cursor.fetchall()] if cursor.description else []


async def users(postgresql: PostgresqlServer) -> list[str]:
    """The users that engines have made."""
    return await asked(postgresql, "SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'")


async def revoke(server: PluginServer, lease: str) -> None:
    """Revoke a lease, and wait until that is done."""
    await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
