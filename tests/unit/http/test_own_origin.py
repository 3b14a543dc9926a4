"""Requests of the interface's own pages, which no rule about other origins concerns."""

from __future__ import annotations

import pytest

from strongroom.http.cors import is_own


@pytest.mark.parametrize(
    ("origin", "headers", "own"),
    [
        ("https://vault.example", {"host": "vault.example"}, True),
        ("http://127.0.0.1:8200", {"host": "127.0.0.1:8200"}, True),
        ("https://Vault.example", {"host": "VAULT.example"}, True),
        ("https://vault.example", {"host": "inner:8200", "sec-fetch-site": "same-origin"}, True),
        ("https://vault.example", {"host": "inner:8200"}, False),
        ("https://vault.example", {"host": "vault.example:8200"}, False),
        ("https://vault.example.evil.example", {"host": "vault.example"}, False),
        ("https://evil.example", {"host": "vault.example", "sec-fetch-site": "same-site"}, False),
        ("https://evil.example", {"host": "vault.example", "sec-fetch-site": "cross-site"}, False),
        ("https://evil.example", {"host": "vault.example", "sec-fetch-site": "none"}, False),
        ("ftp://vault.example", {"host": "vault.example"}, False),
        ("null", {"host": "vault.example"}, False),
        ("null", {"host": "null"}, False),
        ("https://", {"host": ""}, False),
        ("http://", {}, False),
    ],
)
def test_it_is_told_by_what_no_script_can_set(origin: str, headers: dict[str, str], own: bool) -> None:
    """By the browser's word, or by the host that the request names."""
    assert is_own(origin, headers) is own
