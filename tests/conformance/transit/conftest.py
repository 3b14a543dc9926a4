"""One pair of servers for the tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.servers import start_ours, start_peer
from tests.conformance.transit.sides import Side


@pytest.fixture(scope="session")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Side]]:
    """Our server and the reference server, by the names `ours` and `peer`."""
    directory = tmp_path_factory.mktemp("transit")
    with start_ours(directory) as ours, start_peer(directory) as peer:
        both = {"ours": Side(ours), "peer": Side(peer)}
        for side in both.values():
            side.mount()
        yield both
