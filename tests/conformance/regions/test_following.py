"""A region that follows another one, over the network, on SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.regions.pair import Pair, pair


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two regions, of which the second follows the first."""
    with pair(tmp_path_factory.mktemp("regions")) as both:
        both.first.node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        both.first.node.ok("POST", "kv/before", {"value": "1"})
        both.follow()
        yield both


def test_a_follower_serves_what_was_there_before_and_what_comes(regions: Pair) -> None:
    """A secret that was written before the region joined, and one that is written later, are read at the follower."""
    first, second = regions.first.node, regions.second.node
    assert second.ok("GET", "kv/before").json["data"] == {"value": "1"}
    first.ok("POST", "kv/after", {"value": "2"})
    regions.level()
    assert second.ok("GET", "kv/after").json["data"] == {"value": "2"}
