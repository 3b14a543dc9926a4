"""PostgreSQL, or the way to it, fails: no user is left behind, and nobody else waits."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.testing import PluginServer
from tests.conformance.engines.database.serving import CREATE, asked, close, connected, issued, revoke, serving, users
from tests.conformance.postgres import PostgresqlServer
from tests.sim.cutting_proxy import CuttingProxy
from tests.sim.silent_proxy import SilentProxy


@pytest.mark.parametrize("passes_on", [False, True])
async def test_a_connection_that_dies_in_a_commit_leaves_nothing(
    postgresql_server: PostgresqlServer, *, passes_on: bool
) -> None:
    """Before the server gets it, or once it has made the user and nobody has heard of that."""
    async with serving() as server, CuttingProxy(postgresql_server.port) as proxy:
        await _by(server, postgresql_server, proxy.port)
        await server.ok("POST", "database/roles/app", {"db_name": "pg", "creation_statements": CREATE})
        proxy.cut_at(b"COMMIT", passes_on=passes_on)
        reply = await server.ask("GET", "database/creds/app")
        assert reply.status == 502
        assert proxy.cuts == 1
        assert len(await users(postgresql_server)) == passes_on
        await _undone(server)
        assert await users(postgresql_server) == []


async def test_a_server_that_is_killed_while_it_makes_a_user_leaves_nothing(
    postgresql_server: PostgresqlServer,
) -> None:
    """Its client gets an error, and the next one a user, without a restart of this server."""
    async with serving() as server:
        await connected(server, postgresql_server)
        body = {"db_name": "pg", "creation_statements": [CREATE, "SELECT pg_sleep(600)"]}
        await server.ok("POST", "database/roles/slow", body)
        asking = asyncio.create_task(server.ask("GET", "database/creds/slow"))
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"
        while await asked(postgresql_server, sleeping) == [0]:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(postgresql_server.stop, "immediate")
        try:
            assert (await asking).status == 502
        finally:
            await asyncio.to_thread(postgresql_server.start)
        _, _, lease = await issued(server)
        await revoke(server, lease)
        await _undone(server)
        assert await users(postgresql_server) == []


async def test_a_server_that_restarts_between_requests_is_noticed(postgresql_server: PostgresqlServer) -> None:
    """A connection that was kept is dead; the request gets another one."""
    async with serving() as server:
        await connected(server, postgresql_server)
        _, _, lease = await issued(server)
        await asyncio.to_thread(postgresql_server.stop, "immediate")
        await asyncio.to_thread(postgresql_server.start)
        await revoke(server, lease)
        assert await users(postgresql_server) == []


async def test_a_database_that_is_silent_delays_only_its_own(postgresql_server: PostgresqlServer) -> None:
    """While a request waits for it, another connection makes users; then the silent one is not asked for a while."""
    async with serving() as server, SilentProxy(postgresql_server.port) as proxy:
        proxy.fall_silent()
        await _by(server, postgresql_server, proxy.port, name="silent", verify_connection=False)
        await connected(server, postgresql_server)
        await server.ok("POST", "database/roles/silent", {"db_name": "silent", "creation_statements": CREATE})
        waiting = [asyncio.create_task(server.ask("GET", "database/creds/silent")) for _ in range(4)]
        await asyncio.sleep(0)
        leases = [(await issued(server))[2] for _ in range(10)]
        assert not any(task.done() for task in waiting)
        replies = [await task for task in waiting]
        assert {reply.status for reply in replies} == {502}
        assert "no answer within" in replies[0].error or "timeout" in replies[0].error
        again = await server.ask("GET", "database/creds/silent")
        assert again.status == 502
        assert "is asked again in" in again.error
        proxy.speak()
        for lease in leases:
            await revoke(server, lease)
        assert await users(postgresql_server) == []


async def test_a_process_that_dies_before_it_tells_of_a_user_leaves_nothing(
    postgresql_server: PostgresqlServer,
) -> None:
    """The user is made, and the process that made it is gone before its lease is in force: another one drops it."""
    async with serving() as server, SilentProxy(postgresql_server.port) as proxy:
        await _by(server, postgresql_server, proxy.port)
        await server.ok("POST", "database/roles/app", {"db_name": "pg", "creation_statements": CREATE})
        proxy.fall_silent_at(b"COMMIT", passes_on=True)
        asking = asyncio.create_task(server.ask("GET", "database/creds/app"))
        while not await users(postgresql_server):
            await asyncio.sleep(0.02)
        other = await server.peer()
        # Of a process that has died the other knows no more than of one that hangs.
        await connected(other, postgresql_server)
        await _undone(other)
        assert await users(postgresql_server) == []
        proxy.speak()
        reply = await asking
        assert reply.status == 400
        assert "ended while it was being made" in reply.error
        await close(other)


async def test_several_revoke_the_same_lease(postgresql_server: PostgresqlServer) -> None:
    """By several processes at the same time: all succeed, whoever of them dropped the user."""
    async with serving() as server:
        await connected(server, postgresql_server, max_open_connections=8)
        for _ in range(8):
            _, _, lease = await issued(server)
            body = {"lease_id": lease, "sync": True}
            replies = await asyncio.gather(*(server.ask("POST", "sys/leases/revoke", body) for _ in range(6)))
            assert {reply.status for reply in replies} == {204}, replies
        assert await users(postgresql_server) == []


async def _by(
    server: PluginServer, postgresql: PostgresqlServer, port: int, name: str = "pg", **fields: object
) -> None:
    url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{port}/postgres?sslmode=disable&connect_timeout=2"
    await connected(server, postgresql, name, connection_url=url, **fields)


async def _undone(server: PluginServer) -> None:
    """Have what broke off undone, which is done twice."""
    for _ in range(2):
        server.clock.advance(600)
        await server.work()
