"""Users of PostgreSQL: made, used, renewed, dropped."""

from __future__ import annotations

import psycopg
import pytest

from tests.conformance.engines.database.serving import asked, connected, issued, log_in, serving, users
from tests.conformance.postgres import PostgresqlServer


async def test_a_user_lives_as_long_as_its_lease(postgresql_server: PostgresqlServer) -> None:
    """It logs in; renewing moves its time in the database; revoking ends its session, and nothing is left."""
    async with serving() as server:
        await connected(server, postgresql_server)
        user, password, lease = await issued(server)
        connection = await log_in(postgresql_server, user, password)
        until = "SELECT extract(epoch FROM rolvaliduntil)::int FROM pg_roles WHERE rolname = %s"
        assert await asked(postgresql_server, until, user) == [int(server.clock.now() + 3605)]
        server.clock.advance(60)
        await server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 3600})
        assert await asked(postgresql_server, until, user) == [int(server.clock.now() + 3605)]
        await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        with pytest.raises(psycopg.OperationalError):
            await connection.execute("SELECT 1")
        await connection.close()
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            await log_in(postgresql_server, user, password)
        assert await users(postgresql_server) == []
