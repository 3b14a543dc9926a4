"""Users of a MariaDB and of a PostgreSQL by the engines of 2016."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pymysql
import pytest

from strongroom.engines.one_database import MysqlEngine, PostgresqlEngine
from strongroom.engines.one_database.engine import OneDatabase
from strongroom.testing import PluginServer
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.sim.mariadb import ROOT, ROOT_PASSWORD, Mariadb, run

__all__ = ["postgresql_server"]


@dataclass
class Side:
    """A database, and how its engine is configured."""

    engine: type[OneDatabase]
    url: str
    password: str
    sql: str
    connect: Callable[[str, str], Any]
    users: Callable[[], set[str]]

    @property
    def mount(self) -> str:
        """The engine's type, which is where it is mounted."""
        return self.engine.type

    def query(self, connection: Any) -> None:
        """Ask something on a connection.  Raises if it has ended."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def refuses(self, user: str, password: str) -> None:
        """Fail unless a login is refused."""
        with pytest.raises((psycopg.OperationalError, pymysql.err.OperationalError)):
            self.connect(user, password)


def of_mariadb(server: Mariadb) -> Side:
    """The engine `mysql`."""
    return Side(
        MysqlEngine,
        f"{ROOT}:{ROOT_PASSWORD}@tcp(127.0.0.1:{server.port})/",
        ROOT_PASSWORD,
        "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON shop.* TO '{{name}}'@'%';",
        server.connect,
        server.users,
    )


def of_postgresql(server: PostgresqlServer) -> Side:
    """The engine `postgresql`."""

    def connect(user: str, password: str) -> Any:
        return psycopg.connect(
            host="127.0.0.1", port=server.port, user=user, password=password, dbname="postgres", autocommit=True
        )

    def users() -> set[str]:
        with connect("root_of_tests", server.password) as connection:
            rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin").fetchall()
        return {row[0] for row in rows} - {"root_of_tests"}

    return Side(
        PostgresqlEngine,
        server.url + "?sslmode=disable",
        server.password,
        "CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'; "
        'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{{name}}";',
        connect,
        users,
    )


@pytest.fixture(params=["mysql", "postgresql"])
def side(request: pytest.FixtureRequest) -> Side:
    """Each database in turn."""
    if request.param == "mysql":
        return of_mariadb(request.getfixturevalue("mariadb"))
    return of_postgresql(request.getfixturevalue("postgresql_server"))


@asynccontextmanager
async def configured(side: Side) -> AsyncIterator[PluginServer]:
    """A server with connection, lease times and a role."""
    server = await PluginServer.start(side.engine)
    server.clock.advance(time.time() - server.clock.now())
    try:
        await server.ok("POST", f"{side.mount}/config/connection", {"connection_url": side.url})
        await server.ok("POST", f"{side.mount}/config/lease", {"lease": "1h", "lease_max": "24h"})
        await server.ok("POST", f"{side.mount}/roles/readonly", {"sql": side.sql})
        yield server
    finally:
        engine = server.engines[side.mount]
        assert isinstance(engine, OneDatabase)
        await engine.sessions.close()


async def issued(server: PluginServer, side: Side, role: str = "readonly") -> tuple[str, str, str]:
    """A user: name, password, lease."""
    reply = await server.ok("GET", f"{side.mount}/creds/{role}")
    assert set(reply.data) == {"username", "password"}
    assert reply.body["lease_duration"] == 3600
    assert reply.body["renewable"] is True
    return reply.data["username"], reply.data["password"], reply.lease_id


async def revoke(server: PluginServer, lease: str) -> None:
    """End a lease."""
    await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})


async def test_a_user_lives_as_long_as_its_lease(side: Side) -> None:
    """It logs in, is renewed, is dropped with what it has open; nothing is left."""
    async with configured(side) as server:
        user, password, lease = await issued(server, side)
        assert side.users() == {user}
        with contextlib.closing(side.connect(user, password)) as opened:
            side.query(opened)
            renewed = await server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 7200})
            assert renewed.body["lease_duration"] == 7200
            await revoke(server, lease)
            with pytest.raises((psycopg.Error, pymysql.err.Error)):
                side.query(opened)
        side.refuses(user, password)
        assert side.users() == set()


async def test_the_most_time_of_a_lease_is_kept(side: Side) -> None:
    """Renewals count from the beginning."""
    async with configured(side) as server:
        _, _, lease = await issued(server, side)
        server.clock.advance(3000)
        renewed = await server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": "100h"})
        assert renewed.body["lease_duration"] == 24 * 3600 - 3000
        await revoke(server, lease)
        assert side.users() == set()


async def test_a_role_that_is_gone_keeps_no_user(side: Side) -> None:
    """The lease says how its user is dropped."""
    async with configured(side) as server:
        await issued(server, side)
        await server.ok("DELETE", f"{side.mount}/roles/readonly")
        await server.ok("DELETE", f"sys/mounts/{side.mount}")
        await server.work()
        assert side.users() == set()


async def test_the_password_of_the_url_is_in_no_answer(side: Side) -> None:
    """What was read can be written back, and the server is asked on."""
    async with configured(side) as server:
        shown = (await server.ok("GET", f"{side.mount}/config/connection")).data
        assert side.password not in json.dumps(shown)
        assert shown["max_open_connections"] == shown["max_idle_connections"] == 2
        await server.ok("POST", f"{side.mount}/config/connection", shown)
        wrong = side.url.replace(side.password, "canary-that-is-wrong")
        refused = await server.ask("POST", f"{side.mount}/config/connection", {"value": wrong})
        assert refused.status == 400
        assert "error validating connection info" in refused.error
        assert "canary" not in refused.error
        _, _, lease = await issued(server, side)
        await revoke(server, lease)


async def test_what_fails_half_way_leaves_no_user(side: Side) -> None:
    """And the error says that the database refused."""
    async with configured(side) as server:
        await server.ok("POST", f"{side.mount}/roles/broken", {"sql": side.sql + " GRANT nothing;"})
        reply = await server.ask("GET", f"{side.mount}/creds/broken")
        assert reply.status >= 400
        server.clock.advance(300)
        await server.work()
        assert side.users() == set()


async def test_statements_may_be_packed(side: Side) -> None:
    """As base64, or as a list in JSON."""
    import base64

    async with configured(side) as server:
        for sql in (base64.b64encode(side.sql.encode()).decode(), json.dumps(side.sql.rstrip("; ").split("; "))):
            await server.ok("POST", f"{side.mount}/roles/packed", {"sql": sql})
            user, password, lease = await issued(server, side, "packed")
            side.connect(user, password).close()
            await revoke(server, lease)
        assert side.users() == set()


async def test_users_of_mysql_have_the_lengths_of_their_role(mariadb: Mariadb) -> None:
    """Sixteen characters unless the role says more; each name is another one."""
    side = of_mariadb(mariadb)
    async with configured(side) as server:
        first, _, _ = await issued(server, side)
        assert len(first) == 16
        assert first.startswith("read-")
        longer = {"sql": side.sql, "username_length": 32, "rolename_length": 8, "displayname_length": 8}
        await server.ok("POST", "mysql/roles/long", longer)
        second, _, _ = await issued(server, side, "long")
        assert len(second) == 32
        assert second.startswith("long-")
        names = {(await issued(server, side))[0] for _ in range(20)}
        assert len(names) == 20
        await server.ok("POST", "sys/leases/revoke-prefix/mysql", {"sync": True})
        assert mariadb.users() == set()


async def test_users_of_an_earlier_database_are_dropped_there(mariadb: Mariadb) -> None:
    """Another URL may lead elsewhere, where such a user isn't; when all are gone, the earlier one is forgotten."""
    side = of_mariadb(mariadb)
    async with configured(side) as server:
        first, _, lease = await issued(server, side)
        with run() as another:
            await server.ok("POST", "mysql/config/connection", {"connection_url": of_mariadb(another).url})
            second, _, other_lease = await issued(server, side)
            assert (mariadb.users(), another.users()) == ({first}, {second})
            await revoke(server, lease)
            assert (mariadb.users(), another.users()) == (set(), {second})
            assert len(await server.scheduled("mysql/")) == 1
            server.clock.advance(301)
            await server.work()
            assert await server.scheduled("mysql/") == {}
            await revoke(server, other_lease)
            assert another.users() == set()


async def test_a_database_that_is_configured_again_keeps_its_users(mariadb: Mariadb) -> None:
    """By another password too, after another one was configured meanwhile."""
    side = of_mariadb(mariadb)
    mariadb.ask("CREATE USER boss IDENTIFIED BY 'boss'")
    mariadb.ask("GRANT ALL ON *.* TO boss WITH GRANT OPTION")
    async with configured(side) as server:
        _, _, lease = await issued(server, side)
        elsewhere = {"connection_url": "a:b@tcp(127.0.0.1:1)/", "verify_connection": False}
        await server.ok("POST", "mysql/config/connection", elsewhere)
        url = f"boss:boss@tcp(127.0.0.1:{mariadb.port})/mysql"
        await server.ok("POST", "mysql/config/connection", {"connection_url": url})
        await server.ok("POST", "sys/leases/renew", {"lease_id": lease})
        await revoke(server, lease)
        assert mariadb.users() == {"boss"}
