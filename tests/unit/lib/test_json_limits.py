"""Limits on the complexity of clients' JSON."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.json import Limits, check

_COMPLEX = "refused JSON input due to high complexity"
LIMITS = Limits(depth=3, string_bytes=8, entries=2, elements=3, strings=5)


@pytest.mark.parametrize(
    "value",
    [{}, {"a": [{}]}, {"a": "12345678"}, {"12345678": 1}, {"a": 1, "b": 2}, [1, 2, 3], ["a"] * 3, {"a": "é" * 4}, None],
)
def test_within(value: object) -> None:
    """What is exactly at a limit passes."""
    check(value, LIMITS)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [[[]]]}, "JSON input exceeds allowed nesting depth"),
        ([[[{}]]], "JSON input exceeds allowed nesting depth"),
        ({"a": "123456789"}, "JSON string value exceeds allowed length"),
        ({"a": ["é" * 5]}, "JSON string value exceeds allowed length"),
        ({"123456789": 1}, "JSON string value exceeds allowed length"),
        ({"a": {"a": 1, "b": 2, "c": 3}}, "JSON object exceeds allowed entry count"),
        ({"a": [1, 2, 3, 4]}, "JSON array exceeds allowed element count"),
        (
            {"a": ["b", "c", "d"], "e": "f"},
            f"{_COMPLEX}: exceeded maximum number of strings",
        ),
    ],
)
def test_beyond(value: object, text: str) -> None:
    """One more than a limit is refused, wherever it stands."""
    with pytest.raises(InvalidRequest) as caught:
        check(value, LIMITS)
    # Vault's words, then the limit and the setting that changes it.
    assert re.fullmatch(re.escape(text) + r": \d+ (bytes )?is the most \(max_(request_)?json_\w+\)", caught.value.text)


_VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(value=_VALUES, bounds=st.lists(st.integers(0, 6), min_size=5, max_size=5))
def test_small_bodies_need_no_look(value: Any, bounds: list[int]) -> None:
    """A body of at most `harmless_bytes` never breaks a limit: passing it over lets nothing through."""
    limits = Limits(depth=bounds[0], string_bytes=bounds[1], entries=bounds[2], elements=bounds[3], strings=bounds[4])
    body = msgspec.json.encode(value)
    if len(body) <= limits.harmless_bytes:
        check(value, limits)
