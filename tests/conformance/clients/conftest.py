"""The servers that clients are tried against: ours, and the reference server, which shows when a test is wrong."""

from __future__ import annotations

import pytest

from tests.conformance.servers import Server, ours, peer

__all__ = ["ours", "peer", "server"]


@pytest.fixture(params=["ours", "peer"])
def server(request: pytest.FixtureRequest) -> Server:
    """A running dev server, once of each kind."""
    found: Server = request.getfixturevalue(request.param)
    return found
