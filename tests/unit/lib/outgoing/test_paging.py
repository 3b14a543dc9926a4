"""Claims about the next page of a list: it is on the same host, or there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.outgoing import Reply, next_page, same_origin

URL = "https://api.example:8443/users?limit=2"


def following(link: str) -> str | None:
    return next_page(Reply(200, {"link": link}, b""), URL, "it")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("", None),
        ('<https://api.example:8443/users?after=x>; rel="next"', "https://api.example:8443/users?after=x"),
        ("</users?after=a,b>; rel=next", "https://api.example:8443/users?after=a,b"),
        ('<?p=9>; rel="last", <?p=2>; rel="next"', "https://api.example:8443/users?p=2"),
        ('<?p=2>; title="x"; rel="prev next"', "https://api.example:8443/users?p=2"),
        ('<https://elsewhere/>; rel="self"', None),
        ('<?p=2>; rel="nextish"', None),
        ("<?p=2>", None),
    ],
)
def test_next(link: str, expected: str | None) -> None:
    """The link with the relation `next`, whole or relative."""
    assert following(link) == expected


@pytest.mark.parametrize(
    "target",
    [
        "http://api.example:8443/",
        "https://api.example/",
        "https://api.example:8444/",
        "https://api.example.evil:8443/",
        "//evil:8443/",
        "https://user@api.example:8443/",
        "https://api.example:8443@evil/",
        "https://api.example:x/",
        "file:///etc/passwd",
        "//[",
    ],
)
def test_elsewhere(target: str) -> None:
    """Another scheme, host or port is an error."""
    with pytest.raises(UpstreamFailed):
        following(f'<{target}>; rel="next"')


def test_default_ports_are_ports() -> None:
    """443 is the port of an address that names none."""
    assert same_origin("https://a", "https://A:443/x")
    assert not same_origin("https://a", "http://a:443/x")


@given(st.text(max_size=60) | st.text('<>;,"= relnxt:/?', max_size=60))
def test_any_header(link: str) -> None:
    """Any header gives the same host, nothing, or an error."""
    try:
        found = following(link)
    except UpstreamFailed:
        return
    assert found is None or same_origin(found, URL)
