"""The fixture that runs the contract suite against every backend."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.pgbouncer import session_pooler, transaction_pooler
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.storage.backends import Backend, Faulty, Inmem, Postgresql, Sqlite

__all__ = ["postgresql_server", "session_pooler", "transaction_pooler"]


@pytest.fixture(params=["inmem", "faulty", "sqlite", "postgresql", "session_pooler", "transaction_pooler"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Each store in turn, empty."""
    match request.param:
        case "inmem":
            return Inmem()
        case "faulty":
            return Faulty()
        case "sqlite":
            return Sqlite(tmp_path)
        case "session_pooler" | "transaction_pooler":
            url: str = request.getfixturevalue(request.param)
            return Postgresql(url)
        case _:
            server: PostgresqlServer = request.getfixturevalue("postgresql_server")
            return Postgresql(server.url)


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Each store that several processes can use, empty."""
    if request.param == "sqlite":
        return Sqlite(tmp_path)
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return Postgresql(server.url)
