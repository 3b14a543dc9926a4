"""Leases of a real database through the proxy: renewed to their greatest age, and replaced before they end."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conformance.agent.proxy.proxies import AUTO_AUTH, LISTENER, ask, proxy, token_of
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.servers import Server, ours, peer

__all__ = ["ours", "peer", "postgresql_server"]

CREATE = """CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"""
WATCHED_S = 7.0
"""A little more than the greatest age of a lease."""


def _configure(server: Server, database: PostgresqlServer) -> None:
    """A role whose leases last two seconds, and six with renewals."""

    def write(path: str, body: Any) -> None:
        answer = ask(server.address, f"/v1/{path}", "POST", body, server.token)
        assert answer.status in {200, 204}, answer.body

    write("sys/mounts/leases", {"type": "database"})
    fields = {
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": "*",
        "connection_url": f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{database.port}/postgres",
        "username": "root_of_tests",
        "password": database.password,
    }
    write("leases/config/db", fields)
    role = {"db_name": "db", "creation_statements": [CREATE], "default_ttl": "2s", "max_ttl": "6s"}
    write("leases/roles/brief", role)


def _watched(server: Server, directory: Path, database: PostgresqlServer) -> tuple[list[str], list[str]]:
    """The accounts that clients got in turn, and the failures when they logged in with them."""
    directory.mkdir()
    (directory / "token").write_text(token_of(server))
    users: list[str] = []
    failures: list[str] = []
    with proxy(directory, server, LISTENER + AUTO_AUTH + "cache {}\n") as running:
        end = time.monotonic() + WATCHED_S
        while time.monotonic() < end:
            answer = running.ask("/v1/leases/creds/brief")
            data = answer.json["data"]
            if data["username"] not in users:
                users.append(data["username"])
            try:
                login = {"user": data["username"], "password": data["password"], "dbname": "postgres"}
                psycopg.connect(host="127.0.0.1", port=database.port, **login).close()
            except psycopg.Error as error:
                failures.append(f"{answer.cache} {error}")
            time.sleep(0.1)
    return users, failures


def test_no_client_gets_an_account_that_is_gone(
    ours: Server, peer: Server, postgresql_server: PostgresqlServer, tmp_path: Path
) -> None:
    """Each account is given for longer than its first term, its successor comes before its end, and none is refused."""
    for server in (ours, peer):
        _configure(server, postgresql_server)
    with ThreadPoolExecutor(2) as pool:
        watched = [pool.submit(_watched, server, tmp_path / server.name, postgresql_server) for server in (ours, peer)]
    for each in watched:
        users, failures = each.result()
        assert failures == []
        assert len(users) == 2


@pytest.mark.parametrize("name", ["sys/leases/revoke", "sys/leases/revoke-prefix/leases/creds/kept"])
def test_a_revoked_account_is_given_to_nobody(
    name: str, ours: Server, postgresql_server: PostgresqlServer, tmp_path: Path
) -> None:
    """A client revokes it through the proxy, by its lease or with all of its role."""
    mount = ask(ours.address, "/v1/sys/mounts/leases", "GET", None, ours.token)
    if mount.status != 200:
        _configure(ours, postgresql_server)
    role = {"db_name": "db", "creation_statements": [CREATE], "default_ttl": "1h"}
    assert ask(ours.address, "/v1/leases/roles/kept", "POST", role, ours.token).status == 204
    (tmp_path / "token").write_text(token_of(ours))
    with proxy(tmp_path, ours, LISTENER + AUTO_AUTH + "cache {}\n") as running:
        first = running.ask("/v1/leases/creds/kept").json
        assert running.ask("/v1/leases/creds/kept").cache == "HIT"
        assert running.ask(f"/v1/{name}", "PUT", {"lease_id": first["lease_id"]}).status in {200, 204}
        second = running.ask("/v1/leases/creds/kept")
        assert (second.cache, second.json["lease_id"] == first["lease_id"]) == ("MISS", False)
