"""A PostgreSQL for the cases of the database engine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.conformance.postgres import running_postgresql
from tests.ports import free_port


@contextlib.contextmanager
def postgresql(directory: Path) -> Iterator[dict[str, str]]:
    """One server that both sides make users in, and an address where nobody listens."""
    with running_postgresql() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE ROLE weak LOGIN PASSWORD 'weak-password'")
        yield {
            "address": f"127.0.0.1:{server.port}",
            "port": str(server.port),
            "nobody": f"127.0.0.1:{free_port()}",
            "password": server.password,
        }
