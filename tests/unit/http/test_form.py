"""Queries and forms, against the interpreter's own reading of them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.http.form import fields

_PLAIN = (
    b"a",
    b"b",
    b"+",
    b"=",
    b"==",
    b"&",
    b";",
    b"\r",
    b"\n",
    b" ",
    b"_",
    b"\t",
    b"=\n",
    "\u00e9".encode(),
    b"\xff",
)
_ESCAPES = (b"%41", b"%0a", b"%0D", b"%3d", b"%2B", b"%C3%A9", b"%ff", b"%3D%0A", b"%00", b"%", b"%0")
_PARTS = st.sampled_from(_PLAIN + _ESCAPES)


def plainly(text: bytes) -> dict[str, Any]:
    """What the interpreter makes of the pairs that Go's parser takes."""
    pairs = text.decode().split("&")
    taken = "&".join(pair for pair in pairs if ";" not in pair and not re.search(r"%(?![0-9A-Fa-f]{2})", pair))
    found = parse_qs(taken, keep_blank_values=True, errors="strict")
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


@given(st.lists(_PARTS, max_size=12).map(b"".join))
def test_fields_are_those_of_a_plain_reading(text: bytes) -> None:
    """Names, values and their order are what a reading escape by escape gives, and what that refuses is refused."""
    try:
        expected = plainly(text)
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            fields(text)
        return
    assert fields(text) == expected


def test_fields_are_counted_before_they_are_read() -> None:
    """A thousand are read, one more isn't."""
    assert fields(b"&".join([b"a=1"] * 1000)) == {"a": ["1"] * 1000}
    with pytest.raises(ValueError, match="fields"):
        fields(b"&" * 1000)
