"""Databases: a connection, a role and a credential of a real PostgreSQL; a static role; a database that is down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.ports import free_port

expect = pytest.importorskip("playwright.sync_api").expect

__all__ = ["postgresql_server"]
CREATE: Final = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';"


def url_of(server: PostgresqlServer) -> str:
    """The address as a connection has it."""
    return f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{server.port}/postgres?sslmode=disable"


def answers(server: PostgresqlServer, username: str, password: str) -> bool:
    """Whether a user logs in."""
    place = f"host=127.0.0.1 port={server.port} dbname=postgres"
    try:
        with psycopg.connect(f"{place} user={username} password={password}") as connection:
            return connection.execute("SELECT 42").fetchone() == (42,)
    except psycopg.OperationalError:
        return False


@pytest.fixture(scope="module")
def connected(team: World, postgresql_server: PostgresqlServer) -> Iterator[PostgresqlServer]:
    """A connection to a real server, with a role; all its users are gone in the end."""
    details = {"plugin_name": "postgresql-database-plugin", "connection_url": url_of(postgresql_server)}
    user = {"username": "root_of_tests", "password": postgresql_server.password, "allowed_roles": "*"}
    team.ask("POST", "database/config/real", {**details, **user})
    team.ask("POST", "database/roles/real", {"db_name": "real", "creation_statements": CREATE, "default_ttl": "1h"})
    yield postgresql_server
    team.ask("POST", "sys/leases/revoke-prefix/database/creds/real", {"sync": True})


@pytest.mark.parametrize("role", ["root", "admin"])
def test_the_first_credential(team: World, opened: Opened, postgresql_server: PostgresqlServer, role: Role) -> None:
    """From a connection to a user of the database, and back: without leaving the browser."""
    name = f"first-{role}"
    window = opened(role)
    window.go("/secrets/database?mount=database/&tab=connections")
    window.press("Connect a database")
    window.type("Name", name)
    window.type("Connection URL", url_of(postgresql_server))
    window.type("Username", "root_of_tests")
    window.type("Password", postgresql_server.password)
    window.press("Save")
    window.page.get_by_role("heading", name=name, exact=True).wait_for()
    window.press("Try the connection")
    window.sees("It works.")
    window.press("Create a role")
    window.type("Name", name)
    assert "LOGIN PASSWORD" in window.field("Creation statements").input_value()
    window.type("Default TTL", "2h")
    window.press("Save")
    window.page.get_by_role("heading", name="Issue a credential", exact=True).wait_for()
    window.press("Issue a credential")
    username = window.page.locator("dt:text-is('username') + dd").inner_text()
    assert postgresql_server.password not in window.page.content()
    password = window.reveal("password")
    assert answers(postgresql_server, username, password)
    window.sees(re.compile("^(2 hours|11[0-9] minutes)$"))
    window.press("Renew")
    window.sees("The lease lasts")
    assert window.offers("Its leases")
    window.press("Revoke")
    window.page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    window.sees("The lease is revoked. What was issued with it works no more.")
    assert not answers(postgresql_server, username, password)
    assert password not in window.page.content()
    config = team.ask("GET", f"database/config/{name}")["data"]
    assert config["connection_details"]["username"] == "root_of_tests"


def test_a_reader_gets_a_credential_and_nothing_else(opened: Opened, connected: PostgresqlServer) -> None:
    """The role isn't shown, nor a way to change it; the credential works."""
    window = opened("reader")
    window.go("/secrets/database?mount=database/")
    assert not window.offers("Create a role")
    window.page.get_by_role("combobox", name="Roles: open by name", exact=True).fill("real")
    window.press("Open")
    window.press("Issue a credential")
    username = window.page.locator("dt:text-is('username') + dd").inner_text()
    assert answers(connected, username, window.reveal("password"))
    assert not (window.offers("Change") or window.offers("Delete") or window.offers("Revoke"))
    assert not window.offers("Its leases")
    assert "CREATE ROLE" not in window.text()


@pytest.mark.parametrize("role", ROLES)
def test_a_static_role(team: World, opened: Opened, connected: PostgresqlServer, role: Role) -> None:
    """A user that exists is taken over; its password is read, and changes when somebody says so."""
    window = opened(role)
    if role == "reader":
        window.go("/secrets/database/static?mount=database/&name=app")
        assert not (window.offers("Read the password") or window.offers("Rotate now") or window.offers("Change"))
        return
    user = f"app_{role}"
    with psycopg.connect(connected.url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'known-to-many'")
    window.go("/secrets/database/static/edit?mount=database/&connection=real")
    window.type("Name", user)
    window.type("Username", user)
    window.press("Save")
    window.page.get_by_role("heading", name=user, exact=True).wait_for()
    assert not answers(connected, user, "known-to-many")
    before = _password(window)
    assert answers(connected, user, before)
    window.press("Rotate now")
    window.page.get_by_role("dialog").get_by_role("button", name="Rotate now", exact=True).click()
    window.sees(f"The password of {user} has changed.")
    after = _password(window)
    assert after != before and answers(connected, user, after)
    window.press("Delete")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.page.get_by_role("tab", name="Static roles", selected=True, exact=True).wait_for()
    assert answers(connected, user, after)
    assert user not in team.ask("GET", "database/static-roles?list=true")["data"]["keys"]


def _password(window: Window) -> str:
    with window.page.expect_response("**/static-creds/*") as answered:
        window.press("Read the password")
    assert answered.value.ok
    told: dict[str, Any] = answered.value.json()["data"]
    window.page.get_by_role("heading", name="The credential", exact=True).wait_for()
    window.settle()
    shown = window.reveal("password")
    assert shown == told["password"]
    return shown


def test_the_connections_own_password_is_rotated(
    team: World, opened: Opened, postgresql_server: PostgresqlServer
) -> None:
    """After its name was typed; nobody can log in by the old one."""
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE of_server SUPERUSER LOGIN PASSWORD 'first-password'")
    details = {"plugin_name": "postgresql-database-plugin", "connection_url": url_of(postgresql_server)}
    team.ask("POST", "database/config/own", {**details, "username": "of_server", "password": "first-password"})
    window = opened("admin")
    window.go("/secrets/database/connection?mount=database/&name=own")
    window.press("Rotate root")
    last = window.page.get_by_role("dialog").get_by_role("button", name="Rotate root", exact=True)
    assert not last.is_enabled()
    window.type("Type own to confirm", "own")
    last.click()
    window.sees("The password of own is now one that only the server has.")
    assert not answers(postgresql_server, "of_server", "first-password")


def test_a_database_that_is_down(team: World, opened: Opened) -> None:
    """What it said is shown, what was typed stays, and nothing is stored; it can be stored unseen, and tried."""
    port = free_port()
    window = opened("admin")
    window.refused.update({400, 404, 502})
    window.go("/secrets/database/connection/edit?mount=database/")
    window.press("Save")
    window.sees("A name is needed")
    window.type("Name", "down")
    window.type("Connection URL", f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{port}/x")
    window.type("Username", "a")
    window.type("Password", "canary-of-a-connection")
    window.press("Save")
    window.sees("Connection refused")
    expect(window.field("Password")).to_have_value("canary-of-a-connection")
    assert team.answer("GET", "database/config/down")[0] == 404
    window.page.get_by_text("Log in before it is stored").click()
    window.press("Save")
    window.page.get_by_role("heading", name="down", exact=True).wait_for()
    window.press("Try the connection")
    window.sees("It does not work.")
    window.sees("Connection refused")
    assert "canary-of-a-connection" not in window.page.content()


def test_fields_fit_the_kind_of_database(opened: Opened) -> None:
    """Redis is asked for a host, MySQL for the address in its own form."""
    window = opened("root")
    window.go("/secrets/database/connection/edit?mount=database/")
    window.choose("Kind of database", "redis-database-plugin")
    window.field("Host").wait_for()
    assert window.field("Connection URL").count() == 0
    window.choose("Kind of database", "mysql-database-plugin")
    assert "@tcp(" in window.field("Connection URL").input_value()


def test_what_was_typed_stays_when_the_kind_is_chosen(team: World, opened: Opened) -> None:
    """Of a connection and of a role: only what nobody has typed follows the choice."""
    team.ask("POST", "sys/mounts/one-database", {"type": "database"})
    url = {"plugin_name": "postgresql-database-plugin", "connection_url": "postgresql://127.0.0.1:1/shop"}
    team.ask("POST", "one-database/config/alone", {**url, "verify_connection": False})
    window = opened("root")
    window.go("/secrets/database/connection/edit?mount=database/")
    window.type("Username", "typed-before")
    window.choose("Kind of database", "mysql-database-plugin")
    window.page.wait_for_function("document.querySelector('[name=connection_url]').value.includes('@tcp(')")
    expect(window.field("Username")).to_have_value("typed-before")
    window.go("/secrets/database/role/edit?mount=one-database/")
    # There is no other.
    expect(window.page.get_by_role("combobox", name="Connection", exact=True)).to_have_value("alone")
    assert "CREATE ROLE" in window.field("Creation statements").input_value()
    window.type("Creation statements", "GRANT typed;")
    window.page.get_by_role("combobox", name="Connection", exact=True).fill("another")
    window.page.keyboard.press("Tab")
    expect(window.field("Creation statements")).to_have_value("GRANT typed;")


def test_a_change_keeps_the_rest(team: World, opened: Opened) -> None:
    """Statements of several lines come back as they were, and a password that isn't typed stays."""
    statements = [CREATE, "DO $$ BEGIN; END $$"]
    team.ask("POST", "database/roles/several", {"db_name": "shop", "creation_statements": statements})
    window = opened("admin")
    window.go("/secrets/database/role/edit?mount=database/&name=several")
    window.type("Max TTL", "3h")
    window.press("Save")
    window.page.get_by_role("heading", name="Issue a credential", exact=True).wait_for()
    kept = team.ask("GET", "database/roles/several")["data"]
    assert (kept["creation_statements"], kept["max_ttl"]) == (statements, 10_800)


def test_statements_are_read_as_lines(team: World, opened: Opened) -> None:
    """They aren't shown as JSON, with each line end and quotation mark written as another sign."""
    statements = ['CREATE ROLE "{{name}}";', 'GRANT "a"\nTO "{{name}}";']
    team.ask("POST", "database/roles/lines", {"db_name": "shop", "creation_statements": statements})
    window = opened("root")
    window.go("/secrets/database/role?mount=database/&name=lines")
    window.page.locator("pre", has_text="\n".join(statements)).wait_for()
    team.ask("DELETE", "database/roles/lines")
