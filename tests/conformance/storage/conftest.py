"""The fixture that runs the contract suite against every backend."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.storage.backends import Backend, Faulty, Inmem, Sqlite


@pytest.fixture(params=["inmem", "faulty", "sqlite"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Each store in turn, empty."""
    match request.param:
        case "inmem":
            return Inmem()
        case "faulty":
            return Faulty()
        case _:
            return Sqlite(tmp_path)
