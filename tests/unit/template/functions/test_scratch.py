"""What one execution of a template notes."""

from __future__ import annotations

import pytest

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions import for_one_execution
from strongroom.template.functions.scratch import Scratch


def test_values_are_kept_for_one_execution() -> None:
    """Each call of `scratch` gives the same one, and another execution another."""
    one, other = for_one_execution(), for_one_execution()
    assert one["scratch"].call() is one["scratch"].call()
    assert one["scratch"].call() is not other["scratch"].call()


def test_values_are_set_and_got() -> None:
    """`SetX` leaves what is there; what is set shows nothing; a missing value is nil."""
    scratch = Scratch()
    assert scratch.put("a", 1) == scratch.put_absent("a", 2) == scratch.put_absent("b", None) == ""
    assert [scratch.value_of(key) for key in "abc"] == [1, None, None]
    assert [scratch.has(key) for key in "abc"] == [True, True, False]


def test_maps_within() -> None:
    """`MapSetX` leaves what is there, and the values come in the order of their keys."""
    scratch = Scratch()
    scratch.put_in_map("m", "z", 1)
    scratch.put_in_map("m", "a", 2)
    scratch.put_absent_in_map("m", "a", 3)
    assert scratch.values_of_map("m") == [2, 1]
    assert scratch.values_of_map("none") == []
    assert scratch.value_of("m") == {"a": 2, "z": 1}


def test_a_value_that_is_no_map() -> None:
    """It can't have keys, and has no values."""
    scratch = Scratch()
    scratch.put("a", "text")
    with pytest.raises(FunctionFailed, match='"a" is not a map'):
        scratch.put_in_map("a", "k", 1)
    assert scratch.values_of_map("a") == []


def test_names_of_methods_are_attributes() -> None:
    """The evaluator finds each method that it lists."""
    assert all(callable(getattr(Scratch(), attribute)) for attribute in Scratch.methods.values())
