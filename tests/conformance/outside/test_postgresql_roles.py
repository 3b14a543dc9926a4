"""Planned secrets in a real PostgreSQL: whatever is broken off, no role stays behind that nobody has a lease on."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
from psycopg import sql

from strongroom.lib.errors import UpstreamFailed
from strongroom.sdk import Engine, Lease, Request, Response, path
from strongroom.services.leases.service import PLANNED_S
from strongroom.services.mounts import SECRET
from tests.conformance.postgres import PostgresqlServer
from tests.flow.sysapi.leases_world import World


class Roles(Engine):
    """Makes roles in PostgreSQL, for an hour."""

    type = "roles"

    def __init__(self, url: str) -> None:
        self.url = url
        self.statement = sql.SQL("CREATE ROLE {role} LOGIN PASSWORD {password}")

    @path.read("creds/{name}")
    async def creds(self, request: Request, name: str) -> Response:
        """Plan a role."""
        role = request.once("role", lambda: f"{name}_{request.request_id[:8]}")
        lease = Lease(ttl_s=3600, internal={"role": role}, planned=True)
        return Response(data={"username": role, "password": "secret"}, lease=lease)

    async def make(self, request: Request, lease: dict[str, Any]) -> None:
        """Make the role."""
        text = self.statement.format(role=sql.Identifier(lease["role"]), password=sql.Literal("secret"))
        await request.once.wait("make", lambda: self._run(text))

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Drop the role."""
        text = sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(lease["role"]))
        await request.once.wait("drop", lambda: self._run(text))

    async def _run(self, statement: sql.Composed) -> None:
        try:
            async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
                await connection.execute(statement)
        except psycopg.Error as error:
            raise UpstreamFailed("the database refused") from error


async def _roles(url: str) -> list[str]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        found = await connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'app%'")
        return [row[0] for row in await found.fetchall()]


async def _world(url: str) -> tuple[World, Roles]:
    world = await World.start()
    engine = Roles(url)
    world.services.mounts.engines = {**world.services.mounts.engines, (SECRET, "roles"): engine}
    await world.server.ok("POST", "sys/mounts/pg", {"type": "roles"})
    return world, engine


async def _sweep(world: World) -> None:
    for _ in range(2):
        world.clock.advance(PLANNED_S + 1)
        await world.settle()


async def test_a_role_lives_as_long_as_its_lease(postgresql_server: PostgresqlServer) -> None:
    """The role can log in, and is gone when the lease is revoked."""
    world, _ = await _world(postgresql_server.url)
    body = (await world.server.ok("GET", "pg/creds/app")).body
    user, password = body["data"]["username"], body["data"]["password"]
    async with await psycopg.AsyncConnection.connect(postgresql_server.url, user=user, password=password) as connection:
        assert (await (await connection.execute("SELECT current_user")).fetchone()) == (user,)
    await world.server.ok("POST", "sys/leases/revoke", {"lease_id": body["lease_id"], "sync": True})
    assert await _roles(postgresql_server.url) == []
    assert not await world.lease_rows()


async def test_a_request_cut_off_after_the_statement(postgresql_server: PostgresqlServer) -> None:
    """The role was made, and the process that asked for it never heard of it: it goes when the plan's time is over."""
    world, engine = await _world(postgresql_server.url)
    # The server goes on with what it was told when the client has gone, so the role comes half a second later.
    engine.statement = sql.SQL("SELECT pg_sleep(0.5); ") + engine.statement
    request = asyncio.create_task(world.server.ask("GET", "pg/creds/app"))
    await asyncio.sleep(0.2)
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    await _sweep(world)
    await asyncio.sleep(0.5)
    world.clock.advance(PLANNED_S + 1)
    await world.settle()
    assert await _roles(postgresql_server.url) == []
    assert not await world.lease_rows()


async def test_a_statement_that_the_database_refuses(postgresql_server: PostgresqlServer) -> None:
    """The client is told, and nothing stays."""
    world, engine = await _world(postgresql_server.url)
    engine.statement = sql.SQL("CREATE ROLE {role} NONSENSE PASSWORD {password}")
    answer = await world.server.ask("GET", "pg/creds/app")
    assert (answer.status, answer.error) == (502, "the database refused")
    await world.settle()
    await _sweep(world)
    assert await _roles(postgresql_server.url) == []
    assert not await world.lease_rows()
