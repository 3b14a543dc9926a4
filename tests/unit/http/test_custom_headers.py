"""Configured headers on answers: which ones, and in the place of what."""

from __future__ import annotations

import pytest

from strongroom.http.custom_headers import CustomHeaders, is_status
from strongroom.lib.header_fields import is_name, is_reserved, is_value

OWN = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))


def test_the_most_exact_setting_counts() -> None:
    """Header by header, a status overrules its class, and a class the default."""
    headers = CustomHeaders(
        {
            "default": {"X-A": ("default",), "X-B": ("default",), "X-C": ("default",)},
            "2xx": {"x-b": ("class",), "X-C": ("class",)},
            "204": {"X-C": ("exact",)},
        }
    )
    assert headers.on(204, ()) == (("X-A", "default"), ("x-b", "class"), ("X-C", "exact"))
    assert headers.on(200, ()) == (("X-A", "default"), ("x-b", "class"), ("X-C", "class"))
    assert headers.on(503, ()) == (("X-A", "default"), ("X-B", "default"), ("X-C", "default"))


def test_takes_the_place_of_the_servers_own() -> None:
    """A configured header replaces the answer's, whatever case its name is written in."""
    headers = CustomHeaders({"default": {"CACHE-control": ("private", "max-age=1")}})
    assert headers.on(200, OWN) == (OWN[0], ("CACHE-control", "private; max-age=1"))


def test_leaves_other_statuses_alone() -> None:
    """Where nothing is configured the very same headers come back."""
    assert CustomHeaders({"4xx": {"X-A": ("a",)}}).on(200, OWN) is OWN


@pytest.mark.parametrize("text", ["default", "1xx", "5xx", "200", "599"])
def test_statuses(text: str) -> None:
    """The default, five classes, and every status of them."""
    assert is_status(text)


@pytest.mark.parametrize("text", ["", "6xx", "0xx", "99", "2x1", "2XX", "600", "2xxx", "Default", "200\n"])
def test_no_statuses(text: str) -> None:
    """What the reference server refuses is none."""
    assert not is_status(text)


def test_names_and_values() -> None:
    """No name and no value can end its line."""
    assert is_name("X-Frame-Options")
    assert not any(is_name(text) for text in ("", "X Foo", "X:", "X\r\nY", "Ü", "X\n"))
    assert is_value("default-src 'self'; ä\t")
    assert not any(is_value(text) for text in ("a\r\nb", "a\n", "\0", "\u20ac"))


def test_reserved() -> None:
    """The server's own headers, and those that a connection needs, are nobody's to set."""
    assert all(is_reserved(text) for text in ("X-Vault-Token", "x-vault-foo", "Date", "Content-Length", "connection"))
    assert not is_reserved("X-Vaulted")
