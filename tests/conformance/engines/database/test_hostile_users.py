"""Users of PostgreSQL, and statements of roles, that would have others' rights."""

from __future__ import annotations

from tests.conformance.engines.database.serving import (
    CONFIG,
    CREATE,
    asked,
    connected,
    issued,
    log_in,
    revoke,
    serving,
    users,
)
from tests.conformance.postgres import PostgresqlServer

TRAP = """
BEGIN
  IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user) THEN
    EXECUTE 'ALTER ROLE owner_of_traps SUPERUSER';
  END IF;
  RETURN $1 OPERATOR(pg_catalog.=) $2;
END
"""
TRAPS = (
    "SET ROLE owner_of_traps",
    "CREATE SCHEMA traps",
    f"CREATE FUNCTION traps.equal(name, name) RETURNS bool LANGUAGE plpgsql AS $trap${TRAP}$trap$",
    "CREATE OPERATOR traps.= (LEFTARG = name, RIGHTARG = name, FUNCTION = traps.equal)",
    "GRANT USAGE ON SCHEMA traps TO PUBLIC",
    "ALTER DATABASE traps SET search_path = traps, pg_catalog",
)


async def test_an_operator_of_a_user_is_not_carried_out_by_the_server_s_own_user(
    postgresql_server: PostgresqlServer,
) -> None:
    """A user with the rights of the database's owner puts its own before the system's, for whatever is asked there."""
    await asked(postgresql_server, "CREATE ROLE owner_of_traps")
    await asked(postgresql_server, "CREATE DATABASE traps OWNER owner_of_traps")
    url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{postgresql_server.port}/traps?sslmode=disable"
    compares = "DO $$ BEGIN PERFORM 1 FROM pg_roles WHERE rolname = current_user; END $$"
    try:
        async with serving() as server:
            body = {**CONFIG, "password": postgresql_server.password, "connection_url": url}
            await server.ok("POST", "database/config/pg", body)
            in_role = CREATE.replace(";", " IN ROLE owner_of_traps")
            user, password, lease = await issued(server, creation_statements=[in_role, compares])
            async with await log_in(postgresql_server, user, password, "traps") as connection:
                for text in TRAPS:
                    await connection.execute(text)
            await server.ok("POST", "database/reset/pg")
            await server.ok("GET", "database/creds/app")
            await server.ok("POST", "database/config/pg/check")
            await revoke(server, lease)
            assert user not in await users(postgresql_server)
            query = "SELECT rolsuper FROM pg_roles WHERE rolname = 'owner_of_traps'"
            assert await asked(postgresql_server, query) == [False]
    finally:
        await asked(postgresql_server, "DROP DATABASE traps WITH (FORCE)")
        await asked(postgresql_server, "DROP OWNED BY owner_of_traps CASCADE")


async def test_a_role_s_settings_do_not_outlive_its_statements(postgresql_server: PostgresqlServer) -> None:
    """The next role's statements, by the same connection, have the server's user and its quotes."""
    await asked(postgresql_server, "CREATE ROLE without_rights")
    async with serving() as server:
        await connected(server, postgresql_server, max_open_connections=1)
        sets = ["SET ROLE without_rights", "SET standard_conforming_strings = off"]
        await issued(server, "first", creation_statements=[CREATE, ";".join(sets)])
        looks = "DO $$ BEGIN ASSERT current_setting('standard_conforming_strings') = 'on'; END $$"
        user, password, _ = await issued(server, "second", creation_statements=[CREATE, looks])
        await (await log_in(postgresql_server, user, password)).close()
        assert user in await users(postgresql_server)


async def test_statements_do_not_change_what_quotes_mean(postgresql_server: PostgresqlServer) -> None:
    """The values of later ones are quoted for the usual way."""
    async with serving() as server:
        await connected(server, postgresql_server)
        body = {"db_name": "pg", "creation_statements": ["SET standard_conforming_strings = off", CREATE]}
        await server.ok("POST", "database/roles/app", body)
        reply = await server.ask("GET", "database/creds/app")
        assert reply.status == 502
        assert "standard_conforming_strings" in reply.error


async def test_a_user_has_the_name_that_it_is_dropped_by(postgresql_server: PostgresqlServer) -> None:
    """Outside of quotes the database makes a name small: there would be a user whom nobody finds again."""
    async with serving() as server:
        await connected(server, postgresql_server, username_template="V{{random 20}}")
        text = "CREATE ROLE {{name}} LOGIN PASSWORD '{{password}}'"
        await server.ok("POST", "database/roles/app", {"db_name": "pg", "creation_statements": text})
        reply = await server.ask("GET", "database/creds/app")
        assert reply.status == 502
        assert "made no user of the name" in reply.error
        assert await asked(postgresql_server, "SELECT rolname FROM pg_roles WHERE rolname ~ '^v[a-z0-9]{20}$'") == []


async def test_a_database_s_text_is_told_in_one_line(postgresql_server: PostgresqlServer) -> None:
    """And not more of it than helps."""
    async with serving() as server:
        await connected(server, postgresql_server)
        text = "DO $$ BEGIN RAISE EXCEPTION '%', repeat(E'\\x1b[2Jx\\n', 200000); END $$"
        await server.ok("POST", "database/roles/app", {"db_name": "pg", "creation_statements": text})
        reply = await server.ask("GET", "database/creds/app")
        assert reply.status == 502
        assert len(reply.error) < 700
        assert reply.error.isprintable()


async def test_who_writes_a_role_that_is_not_allowed_any_more_asks_nothing(postgresql_server: PostgresqlServer) -> None:
    """Its leases end, and are renewed, by the statements of the time of issue."""
    async with serving() as server:
        await connected(server, postgresql_server)
        user, _, lease = await issued(server)
        await connected(server, postgresql_server, allowed_roles="another")
        pwns = {"renew_statements": "CREATE ROLE intruder", "revocation_statements": "CREATE ROLE intruder"}
        await server.ok("POST", "database/roles/app", pwns)
        await server.ok("POST", "sys/leases/renew", {"lease_id": lease})
        await revoke(server, lease)
        assert user not in await users(postgresql_server)
        assert await asked(postgresql_server, "SELECT 1 FROM pg_roles WHERE rolname = 'intruder'") == []


async def test_long_names_are_those_of_different_users(postgresql_server: PostgresqlServer) -> None:
    """The database cuts them: a second user would have the first one's name, and its failure drop the first."""
    async with serving() as server:
        behind = "v-{{.RoleName}}-{{random 20}}"
        await connected(server, postgresql_server, username_template=behind)
        for role, status in (("r" * 41, 200), ("r" * 80, 400)):
            await server.ok("POST", f"database/roles/{role}", {"db_name": "pg", "creation_statements": CREATE})
            found = await server.ask("GET", f"database/creds/{role}")
            assert found.status == status
        assert "cut after 63 bytes, which leaves 0 random characters" in found.error
        await server.ok("POST", "sys/leases/revoke-prefix/database", {"sync": True})
        await connected(server, postgresql_server, username_template="v-{{random 20}}-{{.RoleName}}")
        first, _, lease = await issued(server, "r" * 80)
        second, password, _ = await issued(server, "r" * 80)
        assert len(first) == len(second) == 63
        await revoke(server, lease)
        assert await users(postgresql_server) == [second]
        await (await log_in(postgresql_server, second, password)).close()
