"""Whether what is there is what was to come."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.client.values import Number, decode
from strongroom.importing.destination.comparing import (
    differing,
    document_differences,
    is_past,
    same_data,
    same_moment,
    without_values,
)
from strongroom.importing.inventory import Document


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": ""}, {}, True),
        ({"a": None}, {"a": []}, True),
        ({"a": Number("0")}, {"a": False}, True),
        ({"a": "x"}, {}, False),
        ({"a": True}, {"a": False}, False),
        ({"a": True}, {"a": Number("1")}, False),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, False),
        ({"a": ["x"]}, {"a": ["x", "y"]}, False),
        ({"a": {"b": "x"}}, {"a": {"b": "x", "c": ""}}, True),
        ({"a": {"b": "x"}}, {"a": {"b": "x", "c": "y"}}, False),
        ({"a": "2026-01-01T00:00:00.123456789Z"}, {"a": "2026-01-01T00:00:00.123456Z"}, True),
        ({"a": "2026-01-01T00:00:00.123Z"}, {"a": "2026-01-01T00:00:00.124Z"}, False),
        ({}, {"a": "a default"}, True),
    ],
)
def test_settings(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    """What isn't set is shown in several ways, and the destination may have further settings; all else counts."""
    assert differing(one, other) == ([] if same else ["a"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('{"a": 1}', '{"a": 1}', True),
        ('{"a": 1}', '{"a": "1"}', False),
        ('{"a": 1e30}', '{"a": 1000000000000000000000000000000}', True),
        ('{"a": 2.50}', '{"a": 2.5}', True),
        ('{"a": 1.0000000000000000001}', '{"a": 1}', False),
        ('{"a": 1e99999999999999999999}', '{"a": 2e99999999999999999999}', False),
        ('{"a": null}', "{}", False),
        ('{"a": ""}', '{"a": null}', False),
        ('{"a": [1, 2]}', '{"a": [2, 1]}', False),
        ('{"a": true}', '{"a": 1}', False),
        ("null", "null", True),
        ("null", "{}", False),
    ],
)
def test_data(one: str, other: str, same: bool) -> None:
    """A secret's data are compared to the letter; only a number may be spelt in another way."""
    assert same_data(decode(one), decode(other)) is same


def test_documents() -> None:
    """Somebody's data are compared exactly, settings without what nobody shows, keys by what is shown of them."""
    assert document_differences(Document("p", {"a": ""}, exact=True), {}) == ["a"]
    assert document_differences(Document("p", {"a": "x", "b": "y"}, unseen=frozenset({"b"})), {"a": "x"}) == []
    shown = Document("p", {"backup": "…"}, shown={"type": "aes"})
    assert document_differences(shown, {"type": "rsa"}) == ["type"]


def test_further_data_is_a_difference() -> None:
    """A secret that has a field more isn't the same secret."""
    assert document_differences(Document("p", {"a": "x"}, exact=True), {"a": "x", "b": "y"}) == ["b"]


def test_moments() -> None:
    """Times are the same to the microsecond, in whatever zone; no time is only the same as none."""
    assert same_moment("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z")
    assert not same_moment("2026-01-01T00:00:00.00001Z", "2026-01-01T00:00:00Z")
    assert same_moment("", "")
    assert not same_moment("", "2026-01-01T00:00:00Z")
    assert is_past("2020-01-01T00:00:00Z")
    assert not is_past("9000-01-01T00:00:00Z")
    assert not is_past("")


def test_an_errors_text_has_no_value_of_the_request() -> None:
    """Whatever a server quotes of what it was sent is hidden, the longest texts first."""
    body = {"password": "canary", "more": ["canary-longer"], "n": {"x": "ab"}}
    assert without_values("can't take canary-longer, canary, ab", body) == "can't take …, …, ab"
