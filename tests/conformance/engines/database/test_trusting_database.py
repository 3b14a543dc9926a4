"""A PostgreSQL that lets a user in from this machine by any password, and from others by the right one only."""

from __future__ import annotations

import psycopg

from tests.conformance.engines.database.serving import serving
from tests.conformance.engines.database.static_serving import current, logs_in, made, managed, taken_over
from tests.conformance.postgres import PostgresqlServer, running_postgresql
from tests.sim.cutting_proxy import CuttingProxy


def _rules(server: PostgresqlServer, text: str) -> None:
    (server.directory / "data" / "pg_hba.conf").write_text(text)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("SELECT pg_reload_conf()")


async def test_a_login_that_proves_nothing() -> None:
    """A change whose outcome isn't known is made once more: the candidate logged in although it was never set."""
    with running_postgresql() as database:
        rules = (database.directory / "data" / "pg_hba.conf").read_text()
        async with CuttingProxy(database.port) as proxy, serving() as server:
            url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{proxy.port}/postgres?sslmode=disable"
            await managed(database, server, connection_url=url)
            await made(database, "st1")
            first = await taken_over(server, "st1")
            _rules(database, f"host all st1 127.0.0.1/32 trust\n{rules}")
            while not await logs_in(database, "st1", "any"):
                pass
            proxy.cut_at(b"COMMIT", passes_on=False)
            assert (await server.ask("POST", "database/rotate-role/st1", {})).status == 502
            assert await current(server, "st1") == first
            server.clock.advance(60)
            await server.work()
            second = await current(server, "st1")
        _rules(database, rules)
        while await logs_in(database, "st1", "any"):
            pass
        assert second != first
        assert await logs_in(database, "st1", second)
