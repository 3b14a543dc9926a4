"""The servers that agents log in to, one of each kind for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.agent.login.world import World, world
from tests.conformance.servers import ours, peer, start_ours, start_peer

__all__ = ["ours", "peer", "place"]


@pytest.fixture(scope="module", params=["ours", "peer"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """This project's server and the reference server, by TLS."""
    directory = tmp_path_factory.mktemp(request.param)
    start = {"ours": start_ours, "peer": start_peer}[request.param]
    with start(directory, dev_tls=True) as server, world(directory, server) as found:
        yield found
