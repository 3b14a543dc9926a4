"""Advisories about users that are made in databases."""

from __future__ import annotations

from psycopg import sql

from tests.conformance.engines.database.serving import asked, connected, issued, revoke, serving, users
from tests.conformance.postgres import PostgresqlServer, postgresql_server

__all__ = ["postgresql_server"]


async def test_cve_2026_39946_names_in_a_database_are_no_sql(postgresql_server: PostgresqlServer) -> None:
    """A user with rights in databases, schemas and tables of any name is dropped, and nothing else is."""
    evil = 'x"; DROP TABLE precious; --'
    async with serving() as server:
        await connected(server, postgresql_server)
        await asked(postgresql_server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(evil)))
        user, _, lease = await issued(server)
        for dbname in ("postgres", evil):
            await asked(postgresql_server, "CREATE TABLE precious (x int)", dbname=dbname)
            await asked(postgresql_server, sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(evil)), dbname=dbname)
            grant = sql.SQL("GRANT ALL ON SCHEMA {} TO {}").format(sql.Identifier(evil), sql.Identifier(user))
            await asked(postgresql_server, grant, dbname=dbname)
        await revoke(server, lease)
        assert await users(postgresql_server) == []
        for dbname in ("postgres", evil):
            assert await asked(postgresql_server, "SELECT count(*) FROM precious", dbname=dbname) == [0]
        await asked(postgresql_server, sql.SQL("DROP SCHEMA {}; DROP TABLE precious").format(sql.Identifier(evil)))
        await asked(postgresql_server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(evil)))
