"""Where a question goes to that a server sends elsewhere."""

from __future__ import annotations

import pytest

from strongroom.agent.serving.question import Question
from strongroom.agent.serving.server.redirecting import moved
from strongroom.client.transport import parse_origin

QUESTION = Question(method="GET", path="/v1/a", query="x=1", headers={}, body=b"", token="hvs.t")


@pytest.mark.parametrize(
    ("address", "location", "expected"),
    [
        ("https://a:8200", "https://b:8200/v1/a?x=1", ("https://b:8200", "/v1/a", "x=1")),
        ("http://a", "https://b/v1/a?x=1", ("https://b", "/v1/a", "x=1")),
        ("http://a", "http://[::1]:8200/v1/a?x=1", ("http://[::1]:8200", "/v1/a", "x=1")),
        ("http://a/vault", "/the%20vault/v1/a?x=1", ("http://a", "/the%20vault/v1/a", "x=1")),
        ("http://a", "//b:1/v1/a?x=1", ("http://b:1", "/v1/a", "x=1")),
        ("http://a", "http://user:password@b/v1/a?x=1", ("http://b", "/v1/a", "x=1")),
        ("unix:///run/a", "https://b/v1/a?x=1", ("https://b", "/v1/a", "x=1")),
        ("unix:///run/a", "/v1/a?x=1", None),
        ("http://a", "https://b/%76%31/%61?x=1", ("https://b", "/v1/a", "x=1")),
        ("http://a", "https://b/v1/b?x=1", None),
        ("http://a", "https://b/v1/a", None),
        ("http://a", "https://b/v1/a?x=2", None),
        ("http://a", "b", None),
        ("https://a", "http://b/v1/a?x=1", None),
        ("https://a", "", None),
        ("https://a", "ftp://b/v1/a?x=1", None),
        ("https://a", "https://b:x/v1/a?x=1", None),
        ("https://a", "https://[::1/v1/a?x=1", None),
        ("https://a", "https:///v1/a?x=1", ("https://a", "/v1/a", "x=1")),
    ],
)
def test_where_it_goes(address: str, location: str, expected: tuple[str, str, str] | None) -> None:
    """To the same path of whom the server names; never from TLS to where others can read the token."""
    found = moved(QUESTION, parse_origin(address), location)
    shown = None if found is None else (found[0], found[1].path, found[1].query)
    assert shown == expected
