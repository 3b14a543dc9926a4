"""What a body takes, estimated before it is decoded: never too little, and in one pass."""

from __future__ import annotations

import sys
import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib import json, json_weight
from strongroom.lib.errors import InvalidRequest

_TEXTS = st.text(max_size=6) | st.sampled_from(["[[[[", '"', "\\", '\\"', "\\\\", ",,,,", "{:}", '\\\\"[', "]"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _TEXTS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=30,
)
_SMALL = st.integers(0, 6)
_BOUNDS = st.lists(_SMALL, min_size=5, max_size=5)


def _depth(value: Any) -> int:
    if isinstance(value, dict | list):
        return 1 + max(map(_depth, value.values() if isinstance(value, dict) else value), default=0)
    return 0


def _weight(value: Any) -> int:
    """By the documented weights, walked value by value, without the size of the text."""
    match value:
        case dict():
            further = 64 * max(0, len(value) - 1)
            return 256 + further + 64 * len(value) + sum(map(_weight, value.values()))
        case list():
            return 128 + 64 * max(0, len(value) - 1) + sum(map(_weight, value))
        case str():
            return 64
    return 0


@given(value=_VALUES)
def test_depth_is_that_of_the_value(value: Any) -> None:
    """Brackets in strings don't nest, whatever escapes stand before them."""
    assert json_weight.depth(msgspec.json.encode(value)) == _depth(value)


@given(value=_VALUES, off=st.integers(-70, 70))
def test_weight_is_that_of_the_value(value: Any, off: int) -> None:
    """A body is too heavy exactly when its values are: what stands in strings doesn't count."""
    text = msgspec.json.encode(value)
    weight = len(text) + _weight(value)
    assert json_weight.heavier(text, weight + off) is (off < 0)


@given(value=_VALUES, bounds=_BOUNDS)
def test_same_as_decoding_and_looking(value: Any, bounds: list[int]) -> None:
    """What is decoded within limits is what passes when all is decoded and checked afterwards, for the same reasons."""
    limits = json.Limits(
        depth=bounds[0], string_bytes=bounds[1], entries=bounds[2], elements=bounds[3], strings=bounds[4]
    )
    text = msgspec.json.encode(value)
    try:
        json.check(json.loads(text), limits)
    except InvalidRequest as error:
        with pytest.raises(InvalidRequest) as caught:
            json.loads_within(text, limits)
        assert caught.value.text == error.text
    else:
        assert json.loads_within(text, limits) == value


@given(st.binary(max_size=40) | st.lists(st.sampled_from([b"[", b"]", b"{", b'"', b"\\", b",", b"a"])).map(b"".join))
def test_what_is_no_json_is_refused_all_the_same(text: bytes) -> None:
    """No text makes the estimate fail; what can't be decoded is refused as before."""
    json_weight.heavier(text, 0)
    json_weight.depth(text)
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        with pytest.raises(InvalidRequest):
            json.loads_within(text, json.Limits(string_bytes=1))


_HEAVY = {
    "lists": b"[" + b"[]," * 200_000 + b"0]",
    "objects": b"[" + b"{}," * 200_000 + b"0]",
    "texts": b"[" + b'"",' * 200_000 + b"0]",
    "numbers": b"[" + b"0," * 300_000 + b"0]",
    "small objects": b"[" + b'{"a":0},' * 100_000 + b"0]",
    "nested": b'{"a":' * 250 + b"0" + b"}" * 250,
    "escapes": b'["' + b'\\"' * 300_000 + b'"]',
    "one text": b'["' + b"a" * 900_000 + b'"]',
    "brackets in a text": b'["' + b"[" * 900_000 + b'"]',
    "no json": b"[" + b"[]," * 200_000 + b"!",
}


@pytest.mark.parametrize("shape", _HEAVY)
def test_decoding_takes_no_more_than_was_estimated(shape: str) -> None:
    """A body is refused, or decoding it takes no more memory than the limit on it says."""
    text, allowed = _HEAVY[shape], 4 * 1024 * 1024
    limits = json.Limits(memory_bytes=allowed, elements=0, string_bytes=0)
    tracemalloc.start()
    try:
        value = json.loads_within(text, limits)
        taken = tracemalloc.get_traced_memory()[1]
    except json.TooComplex:
        value = None
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken <= allowed + sys.getsizeof(text), (shape, value is None)


def test_heavy_bodies_are_refused_in_the_words_of_the_setting() -> None:
    """The text names what an operator would change."""
    with pytest.raises(json.TooComplex, match="max_request_json_memory"):
        json.loads_within(_HEAVY["lists"], json.Limits(memory_bytes=1024 * 1024))
