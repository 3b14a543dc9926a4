"""A real MariaDB for the tests here, empty of users before each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.mariadb import Mariadb, run


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Mariadb]:
    """The server.  Tests that kill it start it again."""
    with run() as server:
        yield server


@pytest.fixture
def mariadb(mariadb_server: Mariadb) -> Mariadb:
    """The server, with no users but its own."""
    left = mariadb_server.users()
    for user, host in mariadb_server.ask("SELECT User, Host FROM mysql.user"):
        if user in left:
            mariadb_server.ask("DROP USER %s@%s", user, host)
    return mariadb_server
