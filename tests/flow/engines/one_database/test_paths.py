"""What the engines `mysql` and `postgresql` take and tell, without a database."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.engines.one_database import MysqlEngine, PostgresqlEngine
from strongroom.testing import PluginServer

MYSQL_URL = "root:canary-secret@tcp(127.0.0.1:1)/"
POSTGRESQL_URL = "postgresql://root:canary-secret@127.0.0.1:1/db"


@pytest.fixture(params=[(MysqlEngine, MYSQL_URL), (PostgresqlEngine, POSTGRESQL_URL)], ids=["mysql", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Any:
    """Each engine with a URL."""
    return request.param


async def served(kind: Any) -> tuple[PluginServer, str, str]:
    """A server, the mount's path, and the URL."""
    engine, url = kind
    return await PluginServer.start(engine), engine.type, url


async def test_a_connection_is_stored_without_showing_its_password(kind: Any) -> None:
    """By either name; sizes are those of 2016."""
    server, mount, url = await served(kind)
    assert (await server.ask("GET", f"{mount}/config/connection")).status == 404
    for name in ("value", "connection_url"):
        body = {name: url, "verify_connection": False}
        assert (await server.ask("POST", f"{mount}/config/connection", body)).status == 204
    shown = (await server.ok("GET", f"{mount}/config/connection")).data
    assert "canary" not in json.dumps(shown)
    assert (shown["max_open_connections"], shown["max_idle_connections"]) == (2, 2)
    sizes = {"max_open_connections": 3, "max_idle_connections": 9, **shown, "verify_connection": False}
    await server.ok(
        "POST", f"{mount}/config/connection", {**sizes, "max_open_connections": 3, "max_idle_connections": 9}
    )
    again = (await server.ok("GET", f"{mount}/config/connection")).data
    assert (again["max_open_connections"], again["max_idle_connections"]) == (3, 3)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"connection_url": "nonsense canary-secret", "verify_connection": False},
        {"connection_url": "x" * 100_000, "verify_connection": False},
        {"max_open_connections": "many"},
    ],
)
async def test_a_connection_that_cant_be_is_refused(kind: Any, body: dict[str, Any]) -> None:
    """And nothing is stored."""
    server, mount, _ = await served(kind)
    reply = await server.ask("POST", f"{mount}/config/connection", body)
    assert reply.status == 400
    assert "canary" not in reply.error
    assert (await server.ask("GET", f"{mount}/config/connection")).status == 404


async def test_a_connection_is_verified_unless_told_otherwise(kind: Any) -> None:
    """Nobody listens there, and the error shows no password."""
    server, mount, url = await served(kind)
    reply = await server.ask("POST", f"{mount}/config/connection", {"connection_url": url})
    assert reply.status == 400
    assert "error validating connection info" in reply.error
    assert "canary" not in reply.error


async def test_times_are_texts_as_go_has_them(kind: Any) -> None:
    """And are refused by the words of 2016."""
    server, mount, _ = await served(kind)
    assert (await server.ask("GET", f"{mount}/config/lease")).status == 404
    await server.ok("POST", f"{mount}/config/lease", {"lease": "1h", "lease_max": "24h"})
    assert (await server.ok("GET", f"{mount}/config/lease")).data == {"lease": "1h0m0s", "lease_max": "24h0m0s"}
    for lease in ("soon", "-1h"):
        reply = await server.ask("POST", f"{mount}/config/lease", {"lease": lease, "lease_max": "24h"})
        assert reply.status == 400
        assert reply.error.startswith("Invalid lease: ")


async def test_roles_are_written_read_listed_and_deleted(kind: Any) -> None:
    """Also before there is a connection."""
    server, mount, _ = await served(kind)
    assert (await server.ask("LIST", f"{mount}/roles")).status == 404
    for name in ("a", "b", "c"):
        reply = await server.ask("POST", f"{mount}/roles/{name}", {"sql": "X", "revocation_sql": "Y"})
        assert reply.status == 204
    shown = (await server.ok("GET", f"{mount}/roles/a")).data
    assert (shown["sql"], shown["revocation_sql"]) == ("X", "Y")
    assert ("username_length" in shown) is (mount == "mysql")
    assert (await server.ok("LIST", f"{mount}/roles?after=a&limit=1")).data["keys"] == ["b"]
    assert (await server.ask("DELETE", f"{mount}/roles/a")).status == 204
    assert (await server.ask("GET", f"{mount}/roles/a")).status == 404
    assert (await server.ok("LIST", f"{mount}/roles")).data["keys"] == ["b", "c"]


@pytest.mark.parametrize("sql", ["", "   ", "x" * 100_000])
async def test_a_role_has_statements_within_bounds(kind: Any, sql: str) -> None:
    """None can't make a user."""
    server, mount, _ = await served(kind)
    assert (await server.ask("POST", f"{mount}/roles/a", {"sql": sql})).status == 400


async def test_lengths_that_leave_no_random_characters_are_refused() -> None:
    """Before users share names."""
    server = await PluginServer.start(MysqlEngine)
    reply = await server.ask("POST", "mysql/roles/a", {"sql": "X", "username_length": 16, "rolename_length": 12})
    assert reply.status == 400
    assert "leaves 0 random characters" in reply.error


async def test_a_user_needs_a_role_and_a_connection(kind: Any) -> None:
    """Each is named by the error."""
    server, mount, _ = await served(kind)
    assert (await server.ask("GET", f"{mount}/creds/none")).error == "unknown role: none"
    await server.ok("POST", f"{mount}/roles/a", {"sql": "X"})
    reply = await server.ask("GET", f"{mount}/creds/a")
    assert reply.status == 400
    assert "config/connection first" in reply.error


async def test_a_database_that_is_away_makes_no_lease(kind: Any) -> None:
    """The plan is undone as soon as it can be."""
    server, mount, url = await served(kind)
    await server.ok("POST", f"{mount}/config/connection", {"connection_url": url, "verify_connection": False})
    await server.ok("POST", f"{mount}/roles/a", {"sql": "X"})
    reply = await server.ask("GET", f"{mount}/creds/a")
    assert reply.status == 502
    assert "canary" not in json.dumps(reply.body)
