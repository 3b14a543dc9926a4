"""A shop on this project's server, and one on the reference server: the program doesn't know which it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.examples.shop import Shop
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.servers import Server, ours, peer

__all__ = ["ours", "peer", "postgresql_server"]


@pytest.fixture(params=["ours", "peer"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, postgresql_server: PostgresqlServer) -> Iterator[Shop]:
    """An empty table, and a new key of version 1."""
    server: Server = request.getfixturevalue(request.param)
    opened = Shop.opened(tmp_path, server, postgresql_server)
    yield opened
    opened.close()
