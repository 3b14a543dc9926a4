"""Connections to PostgreSQL: however they are written, and whatever is wrong with them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import sql

from strongroom.testing import PluginServer
from tests.conformance.engines.database.serving import (
    CONFIG,
    CREATE,
    asked,
    connected,
    issued,
    log_in,
    restarted,
    revoke,
    serving,
    users,
)
from tests.conformance.postgres import PostgresqlServer
from tests.ports import free_port

ODD = "a@b:/?#[]%{}'\"\\!é;$$ -- x"
"""A password of whatever ends something in URLs, in keywords with values, or in statements."""


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://{{username}}:{{password}}@127.0.0.1:PORT/postgres?sslmode=disable",
        "postgres://{{ username }}:{{ password }}@127.0.0.1:PORT/postgres",
        "postgresql://127.0.0.1:PORT/postgres",
        "host=127.0.0.1 port=PORT user={{username}} password={{password}} dbname=postgres",
        "host=127.0.0.1 port=PORT user='{{username}}' password='{{password}}' dbname=postgres sslmode=prefer",
        "postgresql://{{username}}:{{password}}@127.0.0.1:DEAD,127.0.0.1:PORT/postgres",
        "postgresql://{{username}}:{{password}}@/postgres?host=SOCKETS&port=PORT",
    ],
)
async def test_name_and_password_never_stand_in_a_text(postgresql_server: PostgresqlServer, url: str) -> None:
    """A password of any characters logs in, with and without `disable_escaping`, by each way to write an address."""
    await _user_of_engine(postgresql_server, "odd@root", ODD)
    for text, instead in (("PORT", postgresql_server.port), ("DEAD", free_port())):
        url = url.replace(text, str(instead))
    url = url.replace("SOCKETS", str(postgresql_server.directory))
    async with serving() as server:
        for escaping in (False, True):
            user: dict[str, Any] = {"username": "odd@root", "password": ODD, "disable_escaping": escaping}
            await connected(server, postgresql_server, connection_url=url, **user)
            name, password, lease = await issued(server)
            async with await log_in(postgresql_server, name, password):
                pass
            await revoke(server, lease)
    assert await users(postgresql_server) == []
    await asked(postgresql_server, 'DROP ROLE "odd@root"')


async def test_errors_show_no_password(postgresql_server: PostgresqlServer) -> None:
    """Neither in the answer nor in what is read later, in no form; the texts say what is wrong."""
    async with serving() as server:
        wrong = "Wrong@pass:word/%41"
        dead = free_port()
        address = f"127.0.0.1:{postgresql_server.port}"
        for url, expected in (
            (f"postgresql://{{{{username}}}}:{{{{password}}}}@{address}/postgres", "authentication failed"),
            (f"postgresql://root_of_tests:Wrong%40pass%3Aword%2F%2541@{address}/postgres", "authentication failed"),
            (f"host=127.0.0.1 port={dead} user=a password='{wrong}'", "onnection refused"),
            (f"postgresql://{{{{username}}}}:{{{{password}}}}@{address}/nothing_there", "authentication failed"),
            (f"postgresql://a:{wrong}@{address}/postgres", "of a user name or password, / is written %2F"),
            (f"postgresql://{{{{username}}}}:{{{{password}}}}@{address}/postgres?pasword={wrong}", "unknown"),
            ("postgresql://{{username}}:{{password}}@127.0.0.1/x?passfile=/etc/passwd", "passfile"),
            ("postgresql://{{username}}:{{password}}@127.0.0.1/x?sslkeylogfile=/tmp/x", "sslkeylogfile"),
        ):
            reply = await _configured(server, connection_url=url, password=wrong)
            assert reply.status == 400, url
            assert expected in reply.error, reply.error
            for form in (wrong, "Wrong%40pass%3Aword%2F%2541", "Wrong%40pass", "pass:word"):
                assert form not in str(reply.body)


async def test_a_database_that_is_not_there_is_told(postgresql_server: PostgresqlServer) -> None:
    """By the server's own words."""
    async with serving() as server:
        url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{postgresql_server.port}/nothing_there"
        reply = await _configured(server, connection_url=url, password=postgresql_server.password)
        assert reply.status == 400
        assert 'database "nothing_there" does not exist' in reply.error


async def test_without_verification_nothing_is_asked(postgresql_server: PostgresqlServer) -> None:
    """A database that isn't there yet can be configured; its users get an error of the other system."""
    async with serving() as server:
        url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{free_port()}/postgres"
        reply = await _configured(server, connection_url=url, password="x", verify_connection=False)
        assert reply.status == 204
        await server.ok("POST", "database/roles/app", {"db_name": "pg", "creation_statements": CREATE})
        reply = await server.ask("GET", "database/creds/app")
        assert reply.status == 502
        assert "onnection refused" in reply.error


async def test_a_password_in_the_url_is_masked(postgresql_server: PostgresqlServer) -> None:
    """When it is read; and a warning tells to write it otherwise."""
    async with serving() as server:
        reply = await _configured(server, connection_url=postgresql_server.url, username="")
        assert "Password found in connection_url" in reply.body["warnings"][0]
        shown = (await server.ok("GET", "database/config/pg")).data["connection_details"]["connection_url"]
        assert shown == postgresql_server.url.replace(postgresql_server.password, "xxxxx")


async def test_roles_that_a_connection_does_not_allow_get_nothing(postgresql_server: PostgresqlServer) -> None:
    """None by an empty list; by name, by pattern, or all."""
    async with serving() as server:
        for allowed, role, allows in (
            ("", "my-app-role", False),
            ("*", "my-app-role", True),
            ("my-*-role", "my-app-role", True),
            ("my-*-role", "my-role", False),
            ("other,my-app-role", "my-app-role", True),
            ("my-app", "my-app-role", False),
        ):
            await connected(server, postgresql_server, allowed_roles=allowed)
            await server.ok("POST", f"database/roles/{role}", {"db_name": "pg", "creation_statements": CREATE})
            reply = await server.ask("GET", f"database/creds/{role}")
            assert (reply.status == 200) is allows, allowed
            assert allows or reply.error == f'"{role}" is not an allowed role'
        await server.ok("POST", "sys/leases/revoke-prefix/database", {"sync": True})
        await server.work()


async def test_a_root_that_is_no_superuser_is_enough(postgresql_server: PostgresqlServer) -> None:
    """CREATEROLE makes and drops users, with what they own and their sessions."""
    await _user_of_engine(postgresql_server, "maker", "secret-of-maker")
    await asked(postgresql_server, "CREATE SCHEMA made AUTHORIZATION maker")
    async with serving() as server:
        await connected(server, postgresql_server, username="maker", password="secret-of-maker")
        grant = 'GRANT CREATE, USAGE ON SCHEMA made TO "{{name}}"'
        user, password, lease = await issued(server, creation_statements=[CREATE, grant])
        async with await log_in(postgresql_server, user, password) as connection:
            await connection.execute("CREATE TABLE made.by_user (x int)")
            await revoke(server, lease)
            with pytest.raises(psycopg.OperationalError):
                await connection.execute("SELECT 1")
        assert await users(postgresql_server) == []
        owner = "SELECT tableowner::text FROM pg_tables WHERE tablename = 'by_user'"
        assert await asked(postgresql_server, owner) == ["strongroom_owned"]
    await asked(postgresql_server, "DROP OWNED BY maker CASCADE; DROP ROLE maker")


async def test_what_was_issued_is_revoked_without_role_and_connection(postgresql_server: PostgresqlServer) -> None:
    """The connection drains until its last user is dropped; then it is forgotten."""
    async with serving() as server:
        await connected(server, postgresql_server)
        user, password, lease = await issued(server)
        await server.ok("DELETE", "database/roles/app")
        reply = await server.ok("DELETE", "database/config/pg")
        assert "1 live user" in reply.body["warnings"][0]
        assert (await server.ask("GET", "database/config/pg")).status == 404
        (shown,) = (await server.ok("LIST", "database/draining")).data["key_info"].values()
        assert shown == {"name": "pg", "state": "draining", "live": 1}
        async with await log_in(postgresql_server, user, password):
            pass
        await restarted(server)
        await revoke(server, lease)
        assert await users(postgresql_server) == []
        server.clock.advance(7200)
        await server.work()
        assert (await server.ask("LIST", "database/draining")).status == 404


async def test_a_connection_written_again_takes_over_its_users(postgresql_server: PostgresqlServer) -> None:
    """If it leads to the same place, so that whatever password it gets drops them."""
    async with serving() as server:
        await connected(server, postgresql_server)
        _, _, lease = await issued(server)
        await server.ok("DELETE", "database/config/pg")
        await connected(server, postgresql_server)
        assert (await server.ask("LIST", "database/draining")).status == 404
        await revoke(server, lease)
        assert await users(postgresql_server) == []


async def _user_of_engine(postgresql: PostgresqlServer, name: str, password: str) -> None:
    statement = sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}")
    await asked(postgresql, statement.format(sql.Identifier(name), sql.Literal(password)))
    await asked(postgresql, sql.SQL("GRANT pg_signal_backend TO {}").format(sql.Identifier(name)))


async def _configured(server: PluginServer, **fields: Any) -> Any:
    return await server.ask("POST", "database/config/pg", {**CONFIG, **fields})
