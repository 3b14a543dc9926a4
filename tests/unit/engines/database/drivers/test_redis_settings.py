"""What a connection's details mean to Redis."""

from __future__ import annotations

import re
from typing import Any

import pytest

from strongroom.engines.database.drivers.redis.settings import Place, checked, settings_of
from strongroom.lib.errors import InvalidRequest

LEAST: dict[str, Any] = {"host": "cache.example", "port": 6379}


def test_the_least_that_is_needed() -> None:
    """Host and port; no TLS, and nothing is written down."""
    found = settings_of(LEAST)
    assert found.places == (Place("cache.example", 6379),)
    assert (found.tls, found.insecure_tls, found.ca_cert, found.persistence) == (False, False, "", "none")


def test_details_are_stored_as_they_were_given() -> None:
    """Numbers and switches may be texts; what isn't known is left out, so that slips are told."""
    given = {**LEAST, "port": "6379", "tls": "true", "persistence_mode": "ACLFILE"}
    assert checked({**given, "prot": 1}) == {**given, "persistence_mode": "aclfile"}
    assert (settings_of(given).tls, settings_of(given).places) == (True, (Place("cache.example", 6379),))


@pytest.mark.parametrize(
    ("nodes", "places"),
    [
        ("b:1,c", [Place("b", 1), Place("c", 6379)]),
        (["b:1", "cache.example:6379"], [Place("b", 1)]),
        (["b:65535"], [Place("b", 65_535)]),
        (["[::1]:7", "[::1]"], [Place("::1", 7), Place("::1", 6379)]),
        ("", []),
    ],
)
def test_further_servers(nodes: Any, places: list[Place]) -> None:
    """As host:port; the port is the first one's if there is none, and none counts twice."""
    assert list(settings_of({**LEAST, "nodes": nodes}).places[1:]) == places


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ({"host": ""}, "host cannot be empty"),
        ({"port": 0}, "port cannot be empty"),
        ({"port": ""}, "port cannot be empty"),
        ({"port": None}, "port cannot be empty"),
        ({"port": "x"}, "'port' cannot parse value as 'int'"),
        ({"port": 65_536}, "a port must be between"),
        ({"nodes": ["a:0"]}, "a port must be between"),
        ({"port": -1}, "a port must be between"),
        ({"host": "redis://a"}, "without a scheme"),
        ({"host": "a b"}, "without a scheme"),
        ({"host": "u@h"}, "without a scheme"),
        ({"tls": "x"}, "'tls' cannot parse value as 'bool'"),
        ({"insecure_tls": []}, "insecure_tls"),
        ({"ca_cert": "nonsense"}, "ca_cert holds no certificate in PEM"),
        ({"persistence_mode": "sometimes"}, "persistence_mode must be one of none, rewrite, aclfile"),
        ({"nodes": ["a:b"]}, "nodes must be a list of host:port"),
        ({"nodes": ["a:99999"]}, "a port must be between"),
        ({"nodes": {"a": 1}}, "nodes must be a list of host:port"),
        ({"nodes": [f"h{at}" for at in range(65)]}, "more than 64 servers"),
        ({"connection_url": "redis://a"}, "connection_url isn't possible for Redis"),
    ],
)
def test_what_cannot_be_meant_is_refused(details: dict[str, Any], text: str) -> None:
    """With the name of the detail."""
    with pytest.raises(InvalidRequest, match=re.escape(text)):
        checked({**LEAST, **details})
