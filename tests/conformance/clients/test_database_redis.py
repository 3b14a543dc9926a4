"""`hvac`'s methods of the database engine, with a real Redis and a real InfluxDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.servers import Server
from tests.sim import influxdb, redis


@pytest.fixture
def client(server: Server) -> Iterator[hvac.Client]:
    """A client with the root token; the engine is mounted at `users/`."""
    found = hvac.Client(url=server.url, token=server.token)
    found.sys.enable_secrets_engine("database", path="users")
    yield found
    found.sys.disable_secrets_engine("users")
    found.adapter.close()


def test_redis(client: hvac.Client, tmp_path: Path) -> None:
    """A connection, a role, a user, a static role, and the connection's own password."""
    database = client.secrets.database
    with redis.run(tmp_path, aclfile=True) as server:
        admin = server.client()
        admin.execute_command("ACL", "SETUSER", "app", "on", ">before", "~*", "+@read")
        admin.close()
        database.configure(
            name="cache",
            plugin_name="redis-database-plugin",
            allowed_roles=["*"],
            host="127.0.0.1",
            port=server.port,
            username=redis.ADMIN,
            password=redis.ADMIN_PASSWORD,
            persistence_mode="aclfile",
            mount_point="users",
        )
        shown = database.read_connection(name="cache", mount_point="users")["data"]["connection_details"]
        assert shown["port"] == server.port
        assert "password" not in shown
        statements = ['["~a:*","+get"]']
        database.create_role(name="r", db_name="cache", creation_statements=statements, mount_point="users")
        made = database.generate_credentials(name="r", mount_point="users")
        assert server.lets_in(made["data"]["username"], made["data"]["password"])
        database.create_static_role(
            name="fixed",
            db_name="cache",
            username="app",
            rotation_period=3600,
            rotation_statements=[],
            mount_point="users",
        )
        kept = database.get_static_credentials(name="fixed", mount_point="users")["data"]
        assert server.lets_in("app", kept["password"])
        database.rotate_root_credentials(name="cache", mount_point="users")
        assert not server.lets_in(redis.ADMIN, redis.ADMIN_PASSWORD)
        client.adapter.put("/v1/sys/leases/revoke", json={"lease_id": made["lease_id"], "sync": True})
        assert not server.lets_in(made["data"]["username"], made["data"]["password"])


def test_influxdb(client: hvac.Client, tmp_path: Path) -> None:
    """A connection, a role and a user."""
    database = client.secrets.database
    with influxdb.run(tmp_path) as server:
        database.configure(
            name="metrics",
            plugin_name="influxdb-database-plugin",
            allowed_roles=["r"],
            host="127.0.0.1",
            port=server.port,
            username=influxdb.ADMIN,
            password=influxdb.ADMIN_PASSWORD,
            mount_point="users",
        )
        database.create_role(name="r", db_name="metrics", creation_statements=[], mount_point="users")
        made = database.generate_credentials(name="r", mount_point="users")
        assert server.lets_in(made["data"]["username"], made["data"]["password"])
        client.adapter.put("/v1/sys/leases/revoke", json={"lease_id": made["lease_id"], "sync": True})
        assert server.users() == set()
