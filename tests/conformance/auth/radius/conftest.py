"""Debian's RADIUS server, and ours in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.servers import ours
from tests.sim.radius.freeradius import PROGRAM, FreeRadius, start_freeradius

__all__ = ["ours"]


@pytest.fixture(scope="module")
def freeradius(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeRadius]:
    """A running FreeRADIUS; without the program the tests are skipped."""
    pytest.importorskip("pyrad.packet", reason="pyrad is not installed")
    if PROGRAM is None:
        pytest.skip("freeradius is not installed")
    with start_freeradius(tmp_path_factory.mktemp("freeradius")) as server:
        yield server
