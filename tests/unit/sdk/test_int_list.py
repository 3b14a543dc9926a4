"""Lists of whole numbers."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.sdk.coercion import FieldError, to_int_list


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        (None, []),
        ("", []),
        ([], []),
        ("3,4", [3, 4]),
        ("010,0x10", [8, 16]),
        ([1, "2"], [1, 2]),
        (1, [1]),
        ([-1], [-1]),
    ],
)
def test_taken(given: Any, numbers: list[int]) -> None:
    """Lists, single numbers and texts with commas."""
    assert to_int_list(given) == numbers


@pytest.mark.parametrize(
    ("given", "index"), [("x", 0), ("3, 4", 1), ("\u0663", 0), ("1,x", 1), (["x", 1], 0), ([1, 1.5], 1), ({"a": 1}, 0)]
)
def test_refused(given: Any, index: int) -> None:
    """The refusal names the first item that is no whole number."""
    with pytest.raises(FieldError, match=rf"'\[{index}\]'"):
        to_int_list(given)
