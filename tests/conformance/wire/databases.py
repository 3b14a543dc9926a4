"""A PostgreSQL that both servers of a case file reach."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.postgres import running_postgresql


@contextlib.contextmanager
def postgresql(directory: Path) -> Iterator[dict[str, str]]:
    """Its address as a template, and its superuser."""
    with running_postgresql() as server:
        yield {
            "url": f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{server.port}/postgres?sslmode=disable",
            "root": "root_of_tests",
            "root_password": server.password,
        }
