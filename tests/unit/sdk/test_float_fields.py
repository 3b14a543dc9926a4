"""Fields that hold a number with a fraction."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.sdk.coercion import FieldError, to_float


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *((None, 0.0), ("", 0.0), (0, 0.0), (7, 7.0), (True, 1.0), (2.5, 2.5), (1e308, 1e308), (-1, -1.0)),
        *(("2.5", 2.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-1E-2", -0.01), ("+3", 3.0)),
    ],
)
def test_numbers(value: Any, number: float) -> None:
    """A number may be a number, a text or a boolean; nothing stands for zero."""
    assert to_float(value) == number


@pytest.mark.parametrize(
    "value",
    [
        *("many", "inf", "-Infinity", "nan", "0x10", "1_000", "1,5", " 1", "1 ", "\u0661", "1e", "e5", ".", "1" * 2000),
        *("1e309", math.inf, -math.inf, math.nan, 10**400, [], {}, ["1"]),
    ],
)
def test_what_is_no_number(value: Any) -> None:
    """Everything else is refused with the field's error, what is infinite or too long too."""
    with pytest.raises(FieldError):
        to_float(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_from_its_text(number: float) -> None:
    """A number and its text mean the same."""
    assert to_float(repr(number)) == to_float(number) == number
