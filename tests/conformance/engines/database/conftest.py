"""A real PostgreSQL for the tests here, without users of the test before."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.conformance.postgres import PostgresqlServer, postgresql_server

__all__ = ["postgresql_server"]


@pytest.fixture(autouse=True)
def _no_users(postgresql_server: PostgresqlServer) -> None:
    """So that a test that failed fails alone."""
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'").fetchall():
            user = sql.Identifier(name)
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(user))
            connection.execute(sql.SQL("DROP ROLE {}").format(user))
