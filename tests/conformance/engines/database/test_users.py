"""Users of PostgreSQL: made, used, renewed, dropped."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from psycopg import sql

from tests.conformance.engines.database.serving import (
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

UNTIL = "SELECT extract(epoch FROM rolvaliduntil)::int FROM pg_roles WHERE rolname = %s"


async def test_a_user_lives_as_long_as_its_lease(postgresql_server: PostgresqlServer) -> None:
    """It logs in; renewing moves its time in the database; revoking ends its session, and nothing is left."""
    async with serving() as server:
        await connected(server, postgresql_server)
        user, password, lease = await issued(server)
        connection = await log_in(postgresql_server, user, password)
        assert await asked(postgresql_server, UNTIL, user) == [int(server.clock.now() + 3605)]
        server.clock.advance(60)
        await server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 3600})
        assert await asked(postgresql_server, UNTIL, user) == [int(server.clock.now() + 3605)]
        await revoke(server, lease)
        with pytest.raises(psycopg.OperationalError):
            await connection.execute("SELECT 1")
        await connection.close()
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            await log_in(postgresql_server, user, password)
        assert await users(postgresql_server) == []


async def test_a_renewal_does_not_pass_max_ttl_in_the_database(postgresql_server: PostgresqlServer) -> None:
    """However much is asked for."""
    async with serving() as server:
        await connected(server, postgresql_server)
        begun = server.clock.now()
        user, _, lease = await issued(server, max_ttl="2h")
        server.clock.advance(1800)
        await server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 86400})
        assert await asked(postgresql_server, UNTIL, user) == [int(begun + 7205)]
        await revoke(server, lease)


async def test_renew_statements_replace_the_usual_ones(postgresql_server: PostgresqlServer) -> None:
    """With the same placeholders."""
    async with serving() as server:
        await connected(server, postgresql_server)
        renew = "ALTER ROLE \"{{username}}\" CONNECTION LIMIT 7 VALID UNTIL '{{expiration}}'"
        user, _, lease = await issued(server, renew_statements=[renew])
        await server.ok("POST", "sys/leases/renew", {"lease_id": lease})
        assert await asked(postgresql_server, "SELECT rolconnlimit FROM pg_roles WHERE rolname = %s", user) == [7]
        await revoke(server, lease)


async def test_what_a_user_owns_does_not_keep_it(postgresql_server: PostgresqlServer) -> None:
    """What it made in two databases stays after the revocation, and is a role's that has no rights."""
    async with serving() as server:
        await asked(postgresql_server, "CREATE DATABASE other")
        await connected(server, postgresql_server)
        grants = ['GRANT ALL ON DATABASE other TO "{{name}}"', 'GRANT CREATE ON SCHEMA public TO "{{name}}"']
        user, password, lease = await issued(server, creation_statements=[CREATE, *grants])
        await asked(
            postgresql_server,
            sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(sql.Identifier(user)),
            dbname="other",
        )
        for dbname in ("postgres", "other"):
            async with await log_in(postgresql_server, user, password, dbname) as connection:
                await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
                await connection.execute("CREATE SEQUENCE numbers")
                await connection.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1")
        await revoke(server, lease)
        assert await users(postgresql_server) == []
        for dbname in ("postgres", "other"):
            assert await asked(postgresql_server, "SELECT answer FROM kept", dbname=dbname) == [42]
            owner = "SELECT relowner::regrole::text FROM pg_class WHERE relname IN ('kept', 'numbers')"
            assert await asked(postgresql_server, owner, dbname=dbname) == ["strongroom_owned"] * 2
            await asked(postgresql_server, "DROP TABLE kept; DROP SEQUENCE numbers; DROP FUNCTION one", dbname=dbname)
        await server.ok("POST", "database/reset/pg")
        await asked(postgresql_server, "DROP DATABASE other WITH (FORCE)")


async def test_what_a_dropped_user_has_made_sees_no_more_than_it_did(postgresql_server: PostgresqlServer) -> None:
    """A view on what it may not read, and a function with its rights, don't get those of the server's own user."""
    async with serving() as server:
        await connected(server, postgresql_server)
        await asked(postgresql_server, "CREATE TABLE secrets AS SELECT 'of others' AS secret")
        grant = 'GRANT CREATE, USAGE ON SCHEMA public TO "{{name}}"'
        user, password, lease = await issued(server, creation_statements=[CREATE, grant])
        async with await log_in(postgresql_server, user, password) as connection:
            await connection.execute("CREATE VIEW peep AS SELECT secret FROM secrets")
            await connection.execute(
                "CREATE FUNCTION peep() RETURNS text SECURITY DEFINER LANGUAGE sql AS 'SELECT current_user::text'"
            )
            await connection.execute("GRANT SELECT ON peep TO PUBLIC")
        await revoke(server, lease)
        user, password, lease = await issued(server)
        async with await log_in(postgresql_server, user, password) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute("SELECT secret FROM peep")
            assert await (await connection.execute("SELECT peep()")).fetchone() == ("strongroom_owned",)
        await revoke(server, lease)
        await asked(postgresql_server, "DROP VIEW peep; DROP FUNCTION peep; DROP TABLE secrets")


async def test_what_users_own_goes_to_the_role_that_is_configured(postgresql_server: PostgresqlServer) -> None:
    """Which has to be there."""
    async with serving() as server:
        await connected(server, postgresql_server, reassign_to="heirs")
        grant = 'GRANT CREATE, USAGE ON SCHEMA public TO "{{name}}"'
        user, password, lease = await issued(server, creation_statements=[CREATE, grant])
        async with await log_in(postgresql_server, user, password) as connection:
            await connection.execute("CREATE TABLE estate (x int)")
        reply = await server.ask("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        assert reply.status == 502
        assert 'role "heirs" does not exist' in reply.error
        await asked(postgresql_server, "CREATE ROLE heirs")
        await revoke(server, lease)
        assert await asked(
            postgresql_server, "SELECT relowner::regrole::text FROM pg_class WHERE relname = 'estate'"
        ) == ["heirs"]
        await asked(postgresql_server, "DROP TABLE estate; DROP ROLE heirs")


async def test_what_is_in_the_way_is_told_and_the_user_is_dead_already(postgresql_server: PostgresqlServer) -> None:
    """Objects of a database that isn't among `databases`: the error names it, and nobody logs in by the user."""
    async with serving() as server:
        await asked(postgresql_server, "CREATE DATABASE apart")
        await connected(server, postgresql_server, databases="postgres")
        grant = 'GRANT ALL ON DATABASE apart TO "{{name}}"'
        user, password, lease = await issued(server, creation_statements=[CREATE, grant])
        await asked(
            postgresql_server,
            sql.SQL("CREATE SCHEMA AUTHORIZATION {}").format(sql.Identifier(user)),
            dbname="apart",
        )
        reply = await server.ask("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        assert reply.status == 502
        assert "1 object in database apart" in reply.error
        with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
            await log_in(postgresql_server, user, password)
        await connected(server, postgresql_server, databases=[])
        await revoke(server, lease)
        assert await users(postgresql_server) == []
        await asked(postgresql_server, "DROP DATABASE apart WITH (FORCE)")


async def test_fifty_users_at_once_are_granted_the_same(postgresql_server: PostgresqlServer) -> None:
    """Each changes the database's row, which PostgreSQL refuses to two at a time; with and without a lock."""
    async with serving() as server:
        for serialize in ("", "database"):
            await connected(server, postgresql_server, serialize=serialize)
            grant = 'GRANT CONNECT ON DATABASE postgres TO "{{name}}"'
            body = {"db_name": "pg", "creation_statements": [CREATE, grant], "default_ttl": "1h"}
            await server.ok("POST", "database/roles/crowd", body)
            replies = await asyncio.gather(*(server.ask("GET", "database/creds/crowd") for _ in range(50)))
            assert {reply.status for reply in replies} == {200}
            assert len({reply.data["username"] for reply in replies}) == 50
            assert len(await users(postgresql_server)) == 50
            await server.ok("POST", "sys/leases/revoke-prefix/database/creds/crowd", {"sync": True})
            await server.work()
            assert await users(postgresql_server) == []


async def test_statements_that_fail_half_way_leave_nothing(postgresql_server: PostgresqlServer) -> None:
    """The transaction is rolled back, the lease undone, and the text of the error has no statement."""
    async with serving() as server:
        await connected(server, postgresql_server)
        body = {"db_name": "pg", "creation_statements": [CREATE, 'GRANT nobody_there TO "{{name}}"']}
        await server.ok("POST", "database/roles/broken", body)
        reply = await server.ask("GET", "database/creds/broken")
        assert reply.status == 502
        assert reply.error == 'connection "pg": role "nobody_there" does not exist (SQLSTATE 42704)'
        assert await users(postgresql_server) == []
        for _ in range(2):  # what broke off is undone twice
            server.clock.advance(600)
            await server.work()
        assert (await server.ask("LIST", "sys/leases/lookup/database/creds/broken")).status == 404


async def test_rollback_statements_are_carried_out(postgresql_server: PostgresqlServer) -> None:
    """In a transaction of their own, after the failure."""
    async with serving() as server:
        await connected(server, postgresql_server)
        await asked(postgresql_server, "CREATE TABLE failures (name text)")
        body = {
            "db_name": "pg",
            "creation_statements": ["SELECT 1/0"],
            "rollback_statements": "INSERT INTO failures VALUES ('{{name}}')",
        }
        await server.ok("POST", "database/roles/broken", body)
        assert (await server.ask("GET", "database/creds/broken")).status == 502
        assert len(await asked(postgresql_server, "SELECT name FROM failures WHERE name LIKE 'v-%-broken-%'")) == 1
        await asked(postgresql_server, "DROP TABLE failures")


async def test_sessions_end_before_statements_of_a_role_drop_its_user(postgresql_server: PostgresqlServer) -> None:
    """Where `terminate_sessions` says so; without it they go on."""
    async with serving() as server:
        drop = ['REASSIGN OWNED BY "{{name}}" TO CURRENT_USER; DROP ROLE "{{name}}"']
        for ends in (False, True):
            await connected(server, postgresql_server, terminate_sessions=ends)
            user, password, lease = await issued(server, revocation_statements=drop)
            async with await log_in(postgresql_server, user, password) as connection:
                await revoke(server, lease)
                if ends:
                    with pytest.raises(psycopg.OperationalError):
                        await connection.execute("SELECT 1")
                else:
                    await connection.execute("SELECT 1")
        assert await users(postgresql_server) == []


async def test_a_user_that_is_gone_already_counts_as_dropped(postgresql_server: PostgresqlServer) -> None:
    """By the usual way and by statements of the role."""
    async with serving() as server:
        await connected(server, postgresql_server)
        for statements in ([], ['DROP ROLE "{{name}}"']):
            user, _, lease = await issued(server, revocation_statements=statements)
            await asked(postgresql_server, sql.SQL("DROP ROLE {}").format(sql.Identifier(user)))
            await revoke(server, lease)
            assert (await server.ask("POST", "sys/leases/lookup", {"lease_id": lease})).status == 400


async def test_scram_verifiers_are_made_here(postgresql_server: PostgresqlServer) -> None:
    """Statements get what the server keeps, and the user logs in by the password."""
    async with serving() as server:
        await connected(server, postgresql_server, password_authentication="scram-sha-256")
        user, password, _ = await issued(server)
        async with await log_in(postgresql_server, user, password):
            pass
        await asked(postgresql_server, "CREATE TABLE given (password text)")
        await issued(server, "seen", creation_statements=[CREATE, "INSERT INTO given VALUES ('{{password}}')"])
        assert (await asked(postgresql_server, "SELECT password FROM given"))[0].startswith("SCRAM-SHA-256$4096:")
        await asked(postgresql_server, "DROP TABLE given")
        await server.ok("POST", "sys/leases/revoke-prefix/database", {"sync": True})
        await server.work()
        assert await users(postgresql_server) == []


async def test_a_name_that_a_client_chose_is_no_sql(postgresql_server: PostgresqlServer) -> None:
    """A display name with quotes stays within the user's name, where a template lets it in."""
    async with serving() as server:
        await connected(server, postgresql_server, username_template="v-{{random 20}}-{{.DisplayName}}")
        body = {"db_name": "pg", "creation_statements": CREATE}
        await server.ok("POST", "database/roles/app", body)
        evil = "x\" SUPERUSER; --'"
        token = (await server.ok("POST", "auth/token/create", {"display_name": evil})).body["auth"]["client_token"]
        reply = await server.ask("GET", "database/creds/app", token=token)
        assert reply.status == 200
        assert await asked(
            postgresql_server, "SELECT rolsuper FROM pg_roles WHERE rolname = %s", reply.data["username"]
        ) == [False]
        await server.ok("POST", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
        assert await users(postgresql_server) == []


async def test_a_renewal_never_sets_a_password(postgresql_server: PostgresqlServer) -> None:
    """It isn't known any more: statements that would set it are refused, instead of setting another one."""
    async with serving() as server:
        await connected(server, postgresql_server)
        renew = "ALTER ROLE \"{{name}}\" PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"
        user, password, lease = await issued(server, renew_statements=[renew])
        reply = await server.ask("POST", "sys/leases/renew", {"lease_id": lease})
        assert reply.status == 502
        assert "isn't known any more" in reply.error
        async with await log_in(postgresql_server, user, password):
            pass
        await revoke(server, lease)


async def test_passwords_of_any_policy_stay_values(postgresql_server: PostgresqlServer) -> None:
    """Of quotes and backslashes, also where the database would take backslashes for escapes; the user logs in by it."""
    policy = 'length = 24\nrule "charset" {\n charset = "\'\\"\\\\;$-{}%é"\n}'
    async with serving() as server:
        await server.ok("POST", "sys/policies/password/odd", {"policy": policy})
        await asked(postgresql_server, "ALTER ROLE root_of_tests SET standard_conforming_strings = off")
        try:
            await connected(server, postgresql_server, password_policy="odd")
            for statement in (CREATE, CREATE.replace("PASSWORD '", "PASSWORD E'")):
                user, password, lease = await issued(server, creation_statements=[statement])
                assert set(password) <= set("'\"\\;$-{}%é")
                async with await log_in(postgresql_server, user, password):
                    pass
                await revoke(server, lease)
            body = {"creation_statements": ["DO $$ BEGIN EXECUTE 'CREATE ROLE x PASSWORD ''{{password}}'''; END $$"]}
            await server.ok("POST", "database/roles/app", body)
            reply = await server.ask("GET", "database/creds/app")
            assert reply.status == 502
            assert "can't be quoted between $$" in reply.error
        finally:
            await asked(postgresql_server, "ALTER ROLE root_of_tests RESET standard_conforming_strings")


async def test_statements_have_limits_of_time(postgresql_server: PostgresqlServer) -> None:
    """Of the server's own, whatever the user's or the database's settings are."""
    async with serving() as server:
        await connected(server, postgresql_server)
        note = "CREATE TABLE limits AS SELECT current_setting('statement_timeout') AS text"
        _, _, lease = await issued(server, creation_statements=[CREATE, note])
        assert await asked(postgresql_server, "SELECT text FROM limits") == ["30s"]
        await revoke(server, lease)
        await asked(postgresql_server, "DROP TABLE limits")


async def test_a_connection_may_be_changed_while_a_user_is_made(postgresql_server: PostgresqlServer) -> None:
    """The user is made once, and its lease is in force."""
    async with serving() as server:
        await connected(server, postgresql_server)
        body = {"db_name": "pg", "creation_statements": ["SELECT pg_sleep(1)", CREATE]}
        await server.ok("POST", "database/roles/app", body)
        making = asyncio.create_task(server.ask("GET", "database/creds/app"))
        await asyncio.sleep(0.4)
        await server.ok("POST", "database/reset/pg")
        reply = await making
        assert reply.status == 200
        assert await users(postgresql_server) == [reply.data["username"]]
        await revoke(server, reply.lease_id)
        assert await users(postgresql_server) == []
