"""`hvac`'s methods of static roles and root rotation, over a PostgreSQL that both servers reach."""

from __future__ import annotations

import hvac  # type: ignore[import-untyped]
import psycopg
import pytest
from hvac import exceptions
from psycopg import sql

from tests.conformance.clients.test_hvac import fresh
from tests.conformance.postgres import PostgresqlServer, postgresql_server

__all__ = ["postgresql_server"]
STATEMENTS = ["ALTER ROLE \"{{name}}\" WITH PASSWORD '{{password}}'"]


def made(server: PostgresqlServer, attributes: str = "") -> str:
    """A new user, whose password is `first`."""
    name = fresh("hvac").replace("-", "_")
    with psycopg.connect(server.url, autocommit=True) as connection:
        statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'first' ").format(sql.Identifier(name))
        connection.execute(statement + sql.SQL(attributes))
    return name


def logs_in(server: PostgresqlServer, user: str, password: str) -> bool:
    """Whether a user can log in."""
    try:
        psycopg.connect(host="127.0.0.1", port=server.port, user=user, password=password, dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def test_static_roles_and_root(client: hvac.Client, postgresql_server: PostgresqlServer) -> None:
    """Configured, taken over, read, rotated, listed, deleted; and the connection's own password."""
    mount, own, user = fresh("db"), made(postgresql_server, "SUPERUSER"), made(postgresql_server)
    client.sys.enable_secrets_engine("database", mount)
    database = client.secrets.database
    url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{postgresql_server.port}/postgres?sslmode=disable"
    database.configure(
        "pg",
        plugin_name="postgresql-database-plugin",
        allowed_roles="*",
        mount_point=mount,
        connection_url=url,
        username=own,
        password="first",
    )
    database.create_static_role("app", "pg", user, STATEMENTS, rotation_period=3600, mount_point=mount)
    role = database.read_static_role("app", mount_point=mount)["data"]
    assert (role["username"], role["rotation_period"], role["rotation_statements"]) == (user, 3600, STATEMENTS)
    first = database.get_static_credentials("app", mount_point=mount)["data"]
    assert (first["username"], first["rotation_period"]) == (user, 3600) and 3590 < first["ttl"] <= 3600
    assert logs_in(postgresql_server, user, first["password"])
    database.rotate_static_role_credentials("app", mount_point=mount)
    second = database.get_static_credentials("app", mount_point=mount)["data"]
    assert logs_in(postgresql_server, user, second["password"])
    assert not logs_in(postgresql_server, user, first["password"])
    assert database.list_static_roles(mount_point=mount)["data"]["keys"] == ["app"]

    database.rotate_root_credentials("pg", mount_point=mount)
    assert not logs_in(postgresql_server, own, "first")
    database.rotate_static_role_credentials("app", mount_point=mount)

    database.delete_static_role("app", mount_point=mount)
    with pytest.raises(exceptions.InvalidPath):
        database.read_static_role("app", mount_point=mount)
    with pytest.raises(exceptions.InvalidRequest, match="unknown role: app"):
        database.get_static_credentials("app", mount_point=mount)
    client.sys.disable_secrets_engine(mount)
