"""Connections that are kept to a PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest

from tests.conformance.engines.database.serving import CREATE, asked, connected, restarted, revoke, serving, users
from tests.conformance.postgres import PostgresqlServer

OURS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'strongroom'"


@pytest.mark.parametrize(("most", "idle", "kept"), [(3, 0, 3), (3, 1, 1), (3, -1, 0), (0, 0, 4)])
async def test_so_many_connections_are_open_and_kept(
    postgresql_server: PostgresqlServer, most: int, idle: int, kept: int
) -> None:
    """However many requests there are; 0 stands for four, and for as many as are open."""
    async with serving() as server:
        await connected(server, postgresql_server, max_open_connections=most, max_idle_connections=idle)
        body = {"db_name": "pg", "creation_statements": [CREATE, "SELECT pg_sleep(0.1)"], "default_ttl": "1h"}
        await server.ok("POST", "database/roles/app", body)
        asking = [asyncio.create_task(server.ask("GET", "database/creds/app")) for _ in range(8)]
        seen = 0
        while not all(task.done() for task in asking):
            seen = max(seen, *await asked(postgresql_server, OURS))
        assert 0 < seen <= (most or 4)
        replies = await asyncio.gather(*asking)
        assert await asked(postgresql_server, OURS) == [kept]
        for reply in replies:
            await revoke(server, reply.lease_id)
        assert await users(postgresql_server) == []


async def test_connections_are_closed_with_their_configuration(postgresql_server: PostgresqlServer) -> None:
    """When it is written again, reset or reloaded, the old ones are closed as soon as the new ones are used."""
    async with serving() as server:
        await connected(server, postgresql_server)
        await server.ok("POST", "database/roles/app", {"db_name": "pg", "creation_statements": CREATE})
        backend = "SELECT pid FROM pg_stat_activity WHERE application_name = 'strongroom'"
        before: list[int] = []
        for path, count in (
            ("database/reset/pg", None),
            ("database/reload/postgresql-database-plugin", 1),
            ("database/config/pg", None),
        ):
            reply = await server.ok("POST", path, {})
            assert count is None or reply.data == {"connections": ["pg"], "count": count}
            lease = (await server.ok("GET", "database/creds/app")).lease_id
            while set(before) & set(await asked(postgresql_server, backend)):
                await asyncio.sleep(0.01)
            before = await asked(postgresql_server, backend)
            assert len(before) == 1
            await revoke(server, lease)
        await restarted(server)
