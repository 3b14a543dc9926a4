"""The fixture that runs the contract suite against every backend."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.storage.backends import Backend, Inmem


@pytest.fixture(params=["inmem"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Each store in turn, empty."""
    return Inmem()
