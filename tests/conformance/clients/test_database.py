"""`hvac`'s methods of the database engine, with a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import psycopg
import pytest
from hvac import exceptions

from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.servers import Server

__all__ = ["postgresql_server"]

CREATE = ["CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"]


@pytest.fixture
def client(server: Server, postgresql_server: PostgresqlServer) -> Iterator[hvac.Client]:
    """A client with the root token; the engine is mounted at `database/`, with a connection and a role."""
    found = hvac.Client(url=server.url, token=server.token)
    if "database/" not in found.sys.list_mounted_secrets_engines()["data"]:
        found.sys.enable_secrets_engine("database")
    found.secrets.database.configure(
        name="pg",
        plugin_name="postgresql-database-plugin",
        allowed_roles=["*"],
        connection_url=f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{postgresql_server.port}/postgres",
        username="root_of_tests",
        password=postgresql_server.password,
    )
    found.secrets.database.create_role(name="app", db_name="pg", creation_statements=CREATE, default_ttl="1h")
    yield found
    found.sys.revoke_prefix("database")
    found.adapter.close()


def _log_in(postgresql: PostgresqlServer, user: str, password: str) -> None:
    psycopg.connect(host="127.0.0.1", port=postgresql.port, user=user, password=password, dbname="postgres").close()


def test_a_user_is_issued_and_revoked(client: hvac.Client, postgresql_server: PostgresqlServer) -> None:
    """It logs in until its lease is revoked."""
    made = client.secrets.database.generate_credentials(name="app")
    user, password = made["data"]["username"], made["data"]["password"]
    assert made["lease_duration"] == 3600
    _log_in(postgresql_server, user, password)
    assert client.sys.renew_lease(made["lease_id"], increment=60)["lease_duration"] == 60
    client.adapter.put("/v1/sys/leases/revoke", json={"lease_id": made["lease_id"], "sync": True})
    with pytest.raises(psycopg.OperationalError):
        _log_in(postgresql_server, user, password)


def test_connections(client: hvac.Client) -> None:
    """Are listed, read, reset and deleted."""
    database = client.secrets.database
    assert "pg" in database.list_connections()["data"]["keys"]
    data = database.read_connection(name="pg")["data"]
    assert data["plugin_name"] == "postgresql-database-plugin"
    assert data["connection_details"]["username"] == "root_of_tests"
    assert "password" not in data["connection_details"]
    assert database.reset_connection(name="pg").status_code == 204
    database.delete_connection(name="pg")
    with pytest.raises(exceptions.InvalidPath):
        database.read_connection(name="pg")


def test_roles(client: hvac.Client) -> None:
    """Are listed, read and deleted."""
    database = client.secrets.database
    assert database.list_roles()["data"]["keys"] == ["app"]
    data = database.read_role(name="app")["data"]
    assert (data["db_name"], data["default_ttl"], data["creation_statements"]) == ("pg", 3600, CREATE)
    database.delete_role(name="app")
    with pytest.raises(exceptions.InvalidPath):
        database.read_role(name="app")
    with pytest.raises(exceptions.InvalidRequest, match="unknown role"):
        database.generate_credentials(name="app")


def test_a_wrong_password_is_no_configuration(client: hvac.Client) -> None:
    """And leaves the one that is there."""
    with pytest.raises(exceptions.InvalidRequest, match="error verifying connection"):
        client.secrets.database.configure(name="pg", plugin_name="postgresql-database-plugin", password="wrong")
    client.secrets.database.generate_credentials(name="app")
