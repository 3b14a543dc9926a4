"""`config/:name/check` with a real PostgreSQL."""

from __future__ import annotations

from tests.conformance.engines.database.serving import CREATE, asked, connected, serving, users
from tests.conformance.postgres import PostgresqlServer


async def test_a_connection_that_can_do_all_is_told_so(postgresql_server: PostgresqlServer) -> None:
    """A user was made, logged in and was dropped, and none is left."""
    async with serving() as server:
        await connected(server, postgresql_server)
        await server.ok("POST", "database/roles/app", {"db_name": "pg", "creation_statements": CREATE})
        for body in ({}, {"role": "app"}):
            data = (await server.ok("POST", "database/config/pg/check", body)).data
            assert data["ok"]
            assert data["missing"] == []
            assert [step["ok"] for step in data["steps"]] == [True] * 5
        assert await users(postgresql_server) == []
        assert await server.scheduled("database/") == {}


async def test_each_missing_right_is_listed(postgresql_server: PostgresqlServer) -> None:
    """CREATEROLE and pg_signal_backend; and what fails of a role's statements."""
    async with serving() as server:
        await asked(postgresql_server, "CREATE ROLE few_rights LOGIN PASSWORD 'weak-password'")
        await connected(server, postgresql_server, username="few_rights", password="weak-password")
        data = (await server.ok("POST", "database/config/pg/check")).data
        assert not data["ok"]
        assert [text.partition(":")[0] for text in data["missing"]] == [
            "CREATEROLE",
            "membership in pg_signal_backend",
        ]
        assert "permission denied to create role" in data["steps"][1]["error"]
        await asked(postgresql_server, "ALTER ROLE few_rights CREATEROLE; GRANT pg_signal_backend TO few_rights")
        assert (await server.ok("POST", "database/config/pg/check")).data["ok"]
        role = {"db_name": "pg", "creation_statements": [CREATE, 'ALTER ROLE "{{name}}" SUPERUSER']}
        await server.ok("POST", "database/roles/app", role)
        data = (await server.ok("POST", "database/config/pg/check", {"role": "app"})).data
        assert not data["ok"]
        assert "must be superuser" in data["steps"][1]["error"]
        assert await users(postgresql_server) == []
        await asked(postgresql_server, "DROP ROLE few_rights")


async def test_a_probe_that_was_left_is_dropped_later(postgresql_server: PostgresqlServer) -> None:
    """Statements that drop nothing are told, and the user goes in any case."""
    async with serving() as server:
        await connected(server, postgresql_server)
        body = {"db_name": "pg", "creation_statements": CREATE, "revocation_statements": "SELECT 1"}
        await server.ok("POST", "database/roles/app", body)
        data = (await server.ok("POST", "database/config/pg/check", {"role": "app"})).data
        assert not data["ok"]
        assert data["steps"][-1] == {
            "step": "the user can't log in any more",
            "ok": False,
            "error": "the database still lets the user in",
        }
        assert await users(postgresql_server) == []
