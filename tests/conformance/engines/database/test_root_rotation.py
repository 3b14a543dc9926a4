"""The password of the user by whom others are managed: rotated, written again, broken off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.engines.database.serving import asked, connected, issued, serving
from tests.conformance.engines.database.static_serving import OWN, dying, logs_in, made, managed, restarted
from tests.conformance.postgres import PostgresqlServer


async def works(server: Any) -> bool:
    """Whether users can be made."""
    return bool((await server.ask("GET", "database/creds/app")).status == 200)


async def test_rotated_and_used(postgresql_server: PostgresqlServer) -> None:
    """Nobody knows the new password; users are made and dropped by it, also by another process."""
    async with serving() as server:
        await managed(postgresql_server, server)
        _, _, lease = await issued(server)
        other = await server.peer()
        assert await works(other)
        await server.ok("POST", "database/rotate-root/pg", {})
        assert not await logs_in(postgresql_server, "adm", OWN)
        assert await works(server) and await works(other)
        await restarted(server)
        assert await works(server)
        await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        await restarted(other)
        await server.ok("POST", "sys/leases/revoke-prefix/database/creds/app", {"sync": True})
        data = (await server.ok("GET", "database/config/pg")).data
        assert "last_vault_rotation" in data and OWN not in str(data)


async def test_the_first_password_is_written_again(postgresql_server: PostgresqlServer) -> None:
    """It is ignored with a warning, unless it logs in; so is any other that doesn't."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await issued(server)
        await server.ok("POST", "database/rotate-root/pg", {})
        for password in (OWN, "another"):
            reply = await server.ask("POST", "database/config/pg", {"password": password, "username": "adm"})
            assert reply.status == 200 and "password ignored" in reply.body["warnings"][0]
            assert await works(server)
        # Somebody has reset it in the database, and says so.
        await asked(postgresql_server, "ALTER ROLE adm PASSWORD 'reset'")
        reply = await server.ok("POST", "database/config/pg", {"password": "reset"})
        assert not reply.body
        await restarted(server)
        assert await works(server)


async def test_a_database_that_is_down_when_it_is_written_again(postgresql_server: PostgresqlServer) -> None:
    """Which password counts can't be told, so ours stays."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await issued(server)
        await server.ok("POST", "database/rotate-root/pg", {})
        postgresql_server.stop("immediate")
        try:
            body = {"password": OWN, "verify_connection": False}
            assert (await server.ask("POST", "database/config/pg", body)).status == 400
            assert (await server.ask("POST", "database/rotate-root/pg", {})).status == 502
        finally:
            postgresql_server.start()
        server.clock.advance(60)
        await restarted(server)
        await server.work()
        assert await works(server)


@pytest.mark.parametrize("took_place", [False, True])
async def test_death_at_each_commit(postgresql_server: PostgresqlServer, took_place: bool) -> None:
    """The connection works again as soon as the rotation has been looked at."""
    async with serving() as server:

        async def rotate() -> Any:
            return await server.ask("POST", "database/rotate-root/pg", {})

        for commit in range(12):
            await managed(postgresql_server, server)
            await server.ok(
                "POST", "database/roles/app", {"db_name": "pg", "creation_statements": 'CREATE ROLE "{{name}}"'}
            )
            tried = await dying(server, commit, took_place=took_place, work=rotate)
            if tried <= commit:
                break
            server.clock.advance(30)
            await server.work()
            assert await works(server)
            await server.ok("POST", "database/rotate-root/pg", {})
            assert await works(server)
            await server.ok("DELETE", "database/config/pg")
        assert commit >= 2


async def test_at_its_time(postgresql_server: PostgresqlServer) -> None:
    """By a period or a schedule of the configuration, not at once; switched off, not at all."""
    async with serving() as server:
        await managed(postgresql_server, server, rotation_period=60)
        await issued(server)
        assert await logs_in(postgresql_server, "adm", OWN)
        server.clock.advance(60)
        await server.work()
        assert not await logs_in(postgresql_server, "adm", OWN)
        first = (await server.ok("GET", "database/config/pg")).data
        assert first["rotation_period"] == 60 and first["rotation_schedule"] == ""
        await server.ok("POST", "database/config/pg", {"rotation_schedule": "0 0 * * *", "rotation_window": 3600})
        second = (await server.ok("GET", "database/config/pg")).data
        assert (second["rotation_schedule"], second["rotation_period"]) == ("0 0 * * *", 0)
        assert second["next_vault_rotation"].endswith("T00:00:00Z")
        await server.ok("POST", "database/config/pg", {"disable_automated_rotation": True})
        assert not [name for name in await server.scheduled("database/") if name.startswith("root/")]
        await server.ok("POST", "database/config/pg", {"disable_automated_rotation": False})
        server.clock.advance(86_400 + 7200)
        await server.work()
        third = (await server.ok("GET", "database/config/pg")).data
        assert third["last_vault_rotation"] == second["last_vault_rotation"]  # the window was missed
        assert third["next_vault_rotation"] > second["next_vault_rotation"]
        assert await works(server)
        await server.ok("DELETE", "database/config/pg")
        assert not [name for name in await server.scheduled("database/") if name.startswith("root/")]


async def test_a_refused_password(postgresql_server: PostgresqlServer) -> None:
    """A user who may not change its own: the error is the database's, and the connection goes on as before."""
    async with serving() as server:
        await managed(postgresql_server, server, root_rotation_statements=["ALTER ROLE nobody PASSWORD '{{password}}'"])
        await issued(server)
        reply = await server.ask("POST", "database/rotate-root/pg", {})
        assert reply.status == 502 and "nobody" in reply.error
        state = (await server.ok("GET", "database/config/pg")).data["rotation_state"]
        assert state["candidate"] == "none" and "nobody" in state["last_error"]
        assert await works(server)


async def test_what_cannot_be_rotated(postgresql_server: PostgresqlServer) -> None:
    """A connection without a user of its own, or with the password in its URL."""
    async with serving() as server:
        await made(postgresql_server, "adm", attributes="SUPERUSER LOGIN")
        url = f"postgresql://adm:{OWN}@127.0.0.1:{postgresql_server.port}/postgres?sslmode=disable"
        await connected(server, postgresql_server, username="", password="", connection_url=url)
        error = (await server.ask("POST", "database/rotate-root/pg", {})).error
        assert error == "unable to rotate root credentials: no username in configuration"
        await connected(server, postgresql_server, username="adm", password=OWN, connection_url=url)
        assert "{{password}}" in (await server.ask("POST", "database/rotate-root/pg", {})).error
        reply = await server.ask("POST", "database/config/pg", {"rotation_period": 60})
        assert (reply.status, "{{password}}" in reply.error) == (400, True)
        error = (await server.ask("POST", "database/rotate-root/none", {})).error
        assert error == 'failed to find entry for connection with name: "none"'


async def test_a_backup_of_the_database_is_restored(postgresql_server: PostgresqlServer) -> None:
    """An earlier password counts again; rotating finds it among those that are known."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await issued(server)
        await server.ok("POST", "database/rotate-root/pg", {})
        await asked(postgresql_server, f"ALTER ROLE adm PASSWORD '{OWN}'")
        await restarted(server)
        assert not await works(server)
        assert (await server.ask("POST", "database/rotate-root/pg", {})).status == 502
        assert await works(server)
        await server.ok("POST", "database/rotate-root/pg", {})
        assert await works(server)
        assert not await logs_in(postgresql_server, "adm", OWN)
