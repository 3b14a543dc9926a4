"""Redis and InfluxDB, or the way to them, fail: no user is left behind, no password is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strongroom.engines.database.driver import Account, Credential, Target
from strongroom.engines.database.drivers.redis.connection import Limits
from strongroom.engines.database.drivers.redis.session import RedisSession
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.testing import PluginServer
from tests.conformance.engines.database.redis_serving import connected, issued, session
from tests.conformance.engines.database.serving import close, serving
from tests.sim import influxdb as influx
from tests.sim import redis as sim
from tests.sim.cutting_proxy import CuttingProxy
from tests.sim.influxdb import InfluxDB
from tests.sim.redis import ADMIN, ADMIN_PASSWORD, Redis
from tests.sim.silent_proxy import SilentProxy
from tests.sim.speaking import speaking


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis."""
    with sim.run(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def influxdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxDB]:
    """An InfluxDB."""
    with influx.run(tmp_path_factory.mktemp("influxdb")) as server:
        yield server


@pytest.mark.parametrize("passes_on", [False, True])
async def test_a_connection_to_redis_that_dies_leaves_nothing(redis: Redis, *, passes_on: bool) -> None:
    """Before the server gets the command, or once it has made the user and nobody has heard of that."""
    async with serving() as server, CuttingProxy(redis.port) as proxy:
        await connected(server, redis, port=proxy.port)
        await server.ok("POST", "database/roles/app", {"db_name": "cache"})
        proxy.cut_at(b"SETUSER", passes_on=passes_on)
        reply = await server.ask("GET", "database/creds/app")
        assert (reply.status, proxy.cuts) == (502, 1)
        await _undone(server)
        assert redis.users() == set()


@pytest.mark.parametrize("passes_on", [False, True])
async def test_a_connection_to_influxdb_that_dies_leaves_nothing(influxdb: InfluxDB, *, passes_on: bool) -> None:
    """Before the server gets the statement, or once it has made the user and nobody has heard of that."""
    async with serving() as server, CuttingProxy(influxdb.port) as proxy:
        await _metrics(server, proxy.port)
        await server.ok("POST", "database/roles/app", {"db_name": "metrics"})
        proxy.cut_at(b"CREATE+USER", passes_on=passes_on)
        reply = await server.ask("GET", "database/creds/app")
        assert (reply.status, proxy.cuts) == (502, 1)
        await _undone(server)
        assert influxdb.users() == set()


async def test_a_server_that_is_killed_is_told_and_comes_back(tmp_path: Path) -> None:
    """A lease whose server is down stays, and its user is dropped once the server is back."""
    with sim.run(tmp_path, aclfile=True) as redis:
        async with serving() as server:
            await connected(server, redis, persistence_mode="aclfile")
            user, password, lease = await issued(server, "~*", "+@read")
            redis.kill()
            reply = await server.ask("GET", "database/creds/app")
            assert reply.status == 502
            assert "Connection refused" in reply.error
            refused = await server.ask("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
            assert refused.status == 502
            await server.ok("POST", "sys/leases/revoke", {"lease_id": lease})
            redis.start()
            assert redis.lets_in(user, password)
            await server.ok("POST", "database/reset/cache")
            await _undone(server)
            assert redis.users() == set()
            redis.restart()
            assert redis.users() == set()


async def test_a_process_that_dies_before_it_tells_of_a_user_leaves_nothing(redis: Redis) -> None:
    """The user is made, and the process that made it hangs for ever before its lease is in force."""
    async with serving() as server, SilentProxy(redis.port) as proxy:
        await connected(server, redis, port=proxy.port)
        await server.ok("POST", "database/roles/app", {"db_name": "cache"})
        proxy.fall_silent_at(b"SETUSER", passes_on=True)
        asking = asyncio.create_task(server.ask("GET", "database/creds/app"))
        while not redis.users():
            await asyncio.sleep(0.02)
        other = await server.peer()
        await connected(other, redis)
        await _undone(other)
        assert redis.users() == set()
        proxy.speak()
        assert (await asking).status >= 400
        await close(other)


@pytest.mark.parametrize("passes_on", [False, True])
async def test_a_rotation_that_dies_leaves_a_password_that_is_known(redis: Redis, *, passes_on: bool) -> None:
    """Whoever doesn't hear of a change finds the old password in force, as it was set back, or the new one."""
    await session(redis).create(Account("APP", Credential(password="old"), 0), ("~*",), ())
    async with CuttingProxy(redis.port) as proxy:
        proxy.cut_at(b"resetpass", passes_on=passes_on)
        with pytest.raises(Unreachable):
            await session(redis, port=proxy.port).change("APP", Credential(password="new"), ())
    assert await session(redis).logs_in("APP", Credential(password="old"))
    assert not await session(redis).logs_in("APP", Credential(password="new"))
    await session(redis).drop("APP", ())


@pytest.mark.parametrize("limits", [Limits(answer_s=0.2), Limits(total_s=0.2)])
async def test_a_server_that_is_silent_is_given_up(redis: Redis, limits: Limits) -> None:
    """That is told as silence, not as a refusal: a rotation keeps its candidate then."""
    async with SilentProxy(redis.port) as proxy:
        proxy.fall_silent()
        details = {"host": "127.0.0.1", "port": proxy.port}
        asked = RedisSession(Target("cache", "redis-database-plugin", details, ADMIN, ADMIN_PASSWORD), limits)
        with pytest.raises(Unreachable, match="did not answer in time"):
            await asked.logs_in("APP", Credential(password="x"))
        with pytest.raises(Unreachable, match="did not answer in time"):
            await asked.ping()
        proxy.speak()


async def test_a_server_that_is_loading_is_away_and_not_unwilling(tmp_path: Path) -> None:
    """What answers that it can't answer yet isn't a refusal of the password."""

    async def busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(b"-LOADING Redis is loading the dataset in memory\r\n" * 4)
        await writer.drain()

    async with speaking(busy) as port:
        fake = Redis([], tmp_path, port, 0, None)
        with pytest.raises(UpstreamFailed) as refused:
            await session(fake).ping()
        assert isinstance(refused.value, Unreachable)


async def test_no_secret_is_in_an_error(redis: Redis, influxdb: InfluxDB) -> None:
    """Neither the administrator's password nor a user's, as text or as a digest."""
    async with serving() as server:
        await connected(server, redis)
        await _metrics(server, influxdb.port)
        for db_name, statements in (
            ("cache", ["+@nosuch"]),
            ("metrics", ["CREATE USER \"{{username}}\" WITH PASSWORD '{{password}}' nonsense '{{password}}'"]),
        ):
            await server.ok("POST", "database/roles/app", {"db_name": db_name, "creation_statements": statements})
            reply = await server.ask("GET", "database/creds/app")
            assert reply.status == 502
            assert ADMIN_PASSWORD not in reply.error
            assert "#" not in reply.error


async def _metrics(server: PluginServer, port: int, **fields: Any) -> None:
    body = {"plugin_name": "influxdb-database-plugin", "allowed_roles": "*", "host": "127.0.0.1", "port": port}
    await server.ok(
        "POST", "database/config/metrics", {**body, "username": ADMIN, "password": ADMIN_PASSWORD, **fields}
    )


async def _undone(server: PluginServer) -> None:
    """Let what is to be undone become due, also after failures and breakers."""
    for _ in range(8):
        server.clock.advance(200)
        await server.work()
