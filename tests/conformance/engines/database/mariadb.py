"""A MariaDB for the tests of a module, empty of users before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.mariadb import Mariadb, run


@pytest.fixture(scope="module")
def mariadb_server() -> Iterator[Mariadb]:
    """The server."""
    with run() as server:
        yield server


@pytest.fixture
def mariadb(mariadb_server: Mariadb) -> Mariadb:
    """The server, with no users but its own."""
    for user, host in mariadb_server.ask("SELECT User, Host FROM mysql.user"):
        if user in mariadb_server.users():
            mariadb_server.ask("DROP USER %s@%s", user, host)
    return mariadb_server
