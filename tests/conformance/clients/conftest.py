"""The servers that clients are tried against: ours, and the reference server, which shows when a test is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.servers import Server, ours, peer

__all__ = ["ours", "peer", "server"]


@pytest.fixture(params=["ours", "peer"])
def server(request: pytest.FixtureRequest) -> Server:
    """A running dev server, once of each kind."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def client(server: Server) -> Iterator[hvac.Client]:
    """A client with the root token."""
    found = hvac.Client(url=server.url, token=server.token)
    yield found
    found.adapter.close()
