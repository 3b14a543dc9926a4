"""Base64 as Go reads it."""

from __future__ import annotations

import contextlib
import sys
from base64 import b64encode
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.go_base64 import decoded


@given(st.binary(max_size=100), st.lists(st.integers(0, 140), max_size=5))
def test_what_was_encoded_is_decoded(data: bytes, breaks: list[int]) -> None:
    """Any bytes come back, wherever the text has line ends."""
    text = b64encode(data).decode("ascii")
    for at in breaks:
        text = text[:at] + "\r\n" + text[at:]
    assert decoded(text) == data


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("!!!", 0),
        ("aGVsbG8", 4),
        ("aGVsbG8\n", 5),
        ("aaa!", 3),
        ("YWJj-_==", 4),
        ("aaaa:bbbb", 4),
        ("=", 0),
        ("a=", 1),
        ("a===", 1),
        ("aa=", 3),
        ("aa=a", 2),
        ("aa==a", 4),
        ("aaa=a", 4),
        ("aaa==", 4),
        ("ü", 0),
        ("5", 0),
        ("\ud800", 0),
    ],
)
def test_faults(text: str, at: int) -> None:
    """What is no base64 is refused, with the byte that Go's decoder names."""
    with pytest.raises(ValueError, match=f"^illegal base64 data at input byte {at}$"):
        decoded(text)


@pytest.mark.parametrize(("text", "data"), [("", b""), ("aGVsbG9=", b"hello"), ("\n", b""), ("YQ==\n", b"a")])
def test_what_go_takes(text: str, data: bytes) -> None:
    """Bits beyond the last byte, and line ends, are no fault."""
    assert decoded(text) == data


@pytest.mark.parametrize("text", ["YWJj\n" * 20_000, "YWJj" * 20_000 + "!", "YQ=" + "\n" * 20_000 + "=", "\n" * 20_000])
def test_long_texts_take_few_steps(text: str) -> None:
    """A batch has 30 texts of a megabyte: looking at each byte would keep all other clients waiting for seconds."""
    lines = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        lines += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        with contextlib.suppress(ValueError):
            decoded(text)
    finally:
        sys.settrace(before)
    assert 0 < lines < 100
