"""The servers, and what an engine is told of each."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from strongroom.engines.database import Database
from strongroom.engines.rabbitmq import RabbitMq as RabbitMqEngine
from strongroom.sdk import Engine
from strongroom.testing import PluginServer
from tests.conformance.postgres import PostgresqlServer
from tests.sim import rabbitmq as rabbit
from tests.sim.influxdb import InfluxDB
from tests.sim.mariadb import Mariadb
from tests.sim.rabbitmq import RabbitMq
from tests.sim.redis import Redis

OWNER, OWNER_PASSWORD = "keeper", "owner-password-0"
STATIC, STATIC_PASSWORD = "app", "static-password-0"


@dataclass
class Side:
    """One server.

    Attributes:
        engine: makes the engine. port: of the server.
        configured: the requests that configure the engine for a server at a port: path and body.
        creds, rotate_root: paths.
        lets_in: whether a user can log in. users: those that are there besides the server's own.
        prepare: makes the owner, who makes users, and the static user, with the passwords above.
        role, role_body: what takes over the static user; empty if there is no such thing. read: where its password is.
    """

    engine: Callable[[], Engine]
    port: int
    configured: Callable[[int], list[tuple[str, dict[str, Any]]]]
    creds: str
    rotate_root: str
    lets_in: Callable[[str, str], bool]
    users: Callable[[], set[str]]
    prepare: Callable[[], None]
    role: str = ""
    role_body: dict[str, Any] = field(default_factory=dict)
    read: str = ""
    address: str = "127.0.0.1"
    owner: str = OWNER
    forgets_late: bool = False
    """Whether the password before the present one is taken for a while."""
    _before: set[str] = field(default_factory=set)

    def made(self) -> set[str]:
        """The users that an engine has made."""
        return self.users() - self._before

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[PluginServer]:
        """A server that is configured by way of a port."""
        self.prepare()
        self._before = self.users()
        server = await PluginServer.start(self.engine)
        server.clock.advance(time.time() - server.clock.now())
        try:
            for path, body in self.configured(port):
                await server.ok("POST", path, body)
            yield server
        finally:
            await self.let_go(server)

    async def let_go(self, server: PluginServer) -> None:
        """Close the connections of a process."""
        for engine in server.engines.values():
            if isinstance(engine, Database):
                await engine.sessions.close()

    async def restart(self, server: PluginServer) -> None:
        """Go on as another process, which has no connections."""
        await self.let_go(server)
        await server.restart()


def _database(plugin: str, fields: Callable[[int], dict[str, Any]], *creation: str) -> Any:
    def configured(port: int) -> list[tuple[str, dict[str, Any]]]:
        owner = {"username": OWNER, "password": OWNER_PASSWORD}
        connection = {"plugin_name": plugin, "allowed_roles": "*", **owner, **fields(port)}
        role = {"db_name": "it", "creation_statements": list(creation), "default_ttl": "1h", "max_ttl": "9h"}
        return [("database/config/it", connection), ("database/roles/app", role)]

    return {
        "engine": Database,
        "configured": configured,
        "creds": "database/creds/app",
        "rotate_root": "database/rotate-root/it",
        "role": "database/static-roles/fixed",
        "role_body": {"db_name": "it", "username": STATIC, "rotation_period": 3600},
        "read": "database/static-creds/fixed",
    }


def of_postgresql(server: PostgresqlServer) -> Side:
    """PostgreSQL."""

    def asked(query: Any, *values: Any) -> list[str]:
        with psycopg.connect(server.url, autocommit=True) as connection:
            cursor = connection.execute(query, values or None)
            return [row[0] for row in cursor.fetchall()] if cursor.description else []

    def lets_in(user: str, password: str) -> bool:
        where = {"host": "127.0.0.1", "port": server.port, "dbname": "postgres"}
        try:
            psycopg.connect(**where, user=user, password=password).close()
        except psycopg.OperationalError as error:
            assert "authentication failed" in str(error), error
            return False
        return True

    def users() -> set[str]:
        return set(asked("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolcanlogin")) - {"root_of_tests"}

    def prepare() -> None:
        for name, password, attributes in ((OWNER, OWNER_PASSWORD, "SUPERUSER"), (STATIC, STATIC_PASSWORD, "")):
            asked(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
            made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} ").format(sql.Identifier(name), sql.Literal(password))
            asked(made + sql.SQL(attributes))

    def fields(port: int) -> dict[str, Any]:
        return {
            "connection_url": f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{port}/postgres?sslmode=disable"
        }

    create = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"
    common = _database("postgresql-database-plugin", fields, create, 'GRANT CONNECT ON DATABASE postgres TO "{{name}}"')
    return Side(port=server.port, lets_in=lets_in, users=users, prepare=prepare, **common)


def of_mariadb(server: Mariadb) -> Side:
    """MariaDB."""

    def prepare() -> None:
        for name, password in ((OWNER, OWNER_PASSWORD), (STATIC, STATIC_PASSWORD)):
            server.ask("DROP USER IF EXISTS %s@'%%'", name)
            server.ask("CREATE USER %s@'%%' IDENTIFIED BY %s", name, password)
        server.ask("GRANT ALL ON *.* TO %s@'%%' WITH GRANT OPTION", OWNER)

    def fields(port: int) -> dict[str, Any]:
        return {"connection_url": f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{port})/"}

    create = "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'"
    common = _database("mysql-database-plugin", fields, create, "GRANT SELECT ON shop.* TO '{{name}}'@'%'")
    return Side(port=server.port, lets_in=server.logs_in, users=server.users, prepare=prepare, **common)


def of_redis(server: Redis) -> Side:
    """Redis."""

    def prepare() -> None:
        client = server.client()
        for name, password, rules in ((OWNER, OWNER_PASSWORD, "+@all"), (STATIC, STATIC_PASSWORD, "+@read")):
            client.execute_command("ACL", "SETUSER", name, "reset", "on", f">{password}", "~*", "&*", rules)
        client.close()

    def fields(port: int) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port, "persistence_mode": "aclfile"}

    common = _database("redis-database-plugin", fields, "~*", "+@read")
    return Side(port=server.port, lets_in=server.lets_in, users=server.users, prepare=prepare, **common)


def of_influxdb(server: InfluxDB) -> Side:
    """InfluxDB."""

    def prepare() -> None:
        for name, password, more in (
            (OWNER, OWNER_PASSWORD, " WITH ALL PRIVILEGES"),
            (STATIC, STATIC_PASSWORD, ""),
        ):
            server.query(f'DROP USER "{name}"')
            server.query(f"CREATE USER \"{name}\" WITH PASSWORD '{password}'{more}")

    def fields(port: int) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port}

    create = "CREATE USER \"{{username}}\" WITH PASSWORD '{{password}}'"
    common = _database("influxdb-database-plugin", fields, create, 'GRANT READ ON "metrics" TO "{{username}}"')
    return Side(port=server.port, lets_in=server.lets_in, users=server.users, prepare=prepare, **common)


def of_rabbitmq(server: RabbitMq) -> Side:
    """RabbitMQ."""
    all_ = {"configure": ".*", "write": ".*", "read": ".*"}

    def configured(port: int) -> list[tuple[str, dict[str, Any]]]:
        connection = {"connection_uri": f"http://127.0.0.1:{port}", "username": OWNER, "password": OWNER_PASSWORD}
        return [
            ("rabbitmq/config/connection", connection),
            ("rabbitmq/config/lease", {"ttl": "1h", "max_ttl": "9h"}),
            ("rabbitmq/roles/app", {"tags": "management", "vhosts": {"/": all_}}),
        ]

    return Side(
        engine=RabbitMqEngine,
        port=server.http,
        configured=configured,
        creds="rabbitmq/creds/app",
        rotate_root="rabbitmq/config/rotate-root",
        lets_in=server.lets_in,
        users=lambda: server.users() - {rabbit.ADMIN},
        prepare=lambda: server.admin(OWNER, OWNER_PASSWORD),
    )
