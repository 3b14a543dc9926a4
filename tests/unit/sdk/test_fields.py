"""Fields of a request, from the loose JSON that clients send."""

from __future__ import annotations

import pytest

from strongroom.sdk.coercion import FieldError, to_int, to_list, to_map, to_string_map
from strongroom.sdk.fields import Body, Duration, SignedDuration, fill


def test_a_text_is_split_at_commas_and_not_read_as_json() -> None:
    """A text that looks like a JSON list, however deeply nested, is a text with commas like any other."""
    deep = "[" * 100_000
    assert to_list(deep) == [deep]
    assert to_list('["a", "b"]') == ['["a"', '"b"]']


def test_lists_of_objects_are_one_object() -> None:
    """An object may come in parts, and null is an empty one; what is neither is named by its place."""
    assert to_map([{"a": 1}, None, [], {"b": 2}]) == {"a": 1, "b": 2}
    assert to_string_map([{"a": 1}, None]) == {"a": "1"}
    for given, index in (([0], 0), ([{}, "x"], 1)):
        with pytest.raises(FieldError, match=rf"'\[{index}\]'"):
            to_map(given)


@pytest.mark.parametrize("digits", ["1", "9", "0x1", "-1", "0", "1_0"])
@pytest.mark.parametrize("times", [4301, 100_000])
def test_digits_without_end_are_no_number(digits: str, times: int) -> None:
    """Python refuses to read more than 4300 of them, with an exception that isn't ours: the client is told."""
    with pytest.raises(FieldError, match="value out of range"):
        to_int(digits + "1" * times)


class Limited(Body, frozen=True):
    """Two limits that a request may leave as they are, and a number."""

    ttl: Duration | None = None
    max_ttl: SignedDuration = SignedDuration(60)
    uses: int = 5


def test_a_duration_of_null_is_not_named() -> None:
    """It lifts no limit, where 0 and an empty text do.  A number of null is 0, as in Vault."""
    assert fill(Limited, {"ttl": None, "max_ttl": None, "uses": None}) == Limited(uses=0)
    assert fill(Limited, {"ttl": None}, patch=True) == Limited(ttl=Duration(0))
    assert fill(Limited, {"ttl": "", "max_ttl": 0}) == Limited(ttl=Duration(0), max_ttl=SignedDuration(0))
