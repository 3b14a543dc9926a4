"""Values that many others are like: tens of thousands may come from one row, and end with it."""

from __future__ import annotations

import pytest

from strongroom.barrier.derived import Basis, Derived, DerivedValues

MANY = 2_000
"""More than are taken apart at once."""


def full(keys: dict[str, int], prefixes: frozenset[str]) -> DerivedValues:
    """Values called 0, 1, 2 and so on, which come from the same rows."""
    values = DerivedValues(1_000_000, 100_000)
    for number in range(MANY):
        values.keep(number, Derived(f"old {number}", Basis(keys, prefixes)), 10)
    return values


FROM = {
    "a row": ({"kv/a": 1, "kv/b": 1}, frozenset[str]()),
    "a listing": ({}, frozenset({"kv/"})),
    "both": ({"kv/a": 1}, frozenset({"kv/"})),
}


@pytest.mark.parametrize("from_", FROM)
def test_all_end_at_once_and_leave_later(from_: str) -> None:
    """None is given again after the change.  What is left of them goes with later changes, whatever these concern."""
    values = full(*FROM[from_])
    other = Derived("other", Basis({"kw/a": 1}, frozenset()))
    values.keep("other", other, 10)
    values.changed("kv/a")
    assert len(values) > MANY // 2, "they are taken apart later"
    assert [values.get(number) for number in range(0, MANY, 100)] == [None] * (MANY // 100)
    for _ in range(MANY):
        values.changed("something else")
    assert (len(values), values._bytes, values._ended, values.get("other")) == (1, 10, [], other)
    values.changed("kw/a")
    assert (len(values), values._bytes, values._by_key, values._by_prefix) == (0, 0, {}, {})


def test_what_was_made_of_one_ends_with_it() -> None:
    """Also before it is taken apart."""
    values = full(*FROM["a row"])
    part = values.get(1_500)
    assert part is not None
    values.keep("made of it", Derived("x", Basis({}, frozenset()), (part.basis,)), 10)
    values.changed("kv/a")
    assert not part.basis.holds
    assert values.get("made of it") is None


def test_a_new_value_of_the_same_name_stays() -> None:
    """It takes the place of the one that ended, and ends with the next change of the row."""
    values = full(*FROM["a row"])
    values.changed("kv/a")
    new = [Derived(f"new {number}", Basis({"kv/a": 2}, frozenset())) for number in range(MANY)]
    for number, derived in enumerate(new):
        values.keep(number, derived, 10)
    for _ in range(MANY):
        values.changed("something else")
    assert [values.get(number) for number in range(MANY)] == new
    assert (len(values), values._bytes, values._ended) == (MANY, 10 * MANY, [])
    values.changed("kv/a")
    assert [values.get(number) for number in range(MANY)] == [None] * MANY
    assert (len(values), values._bytes, values._by_key) == (0, 0, {})


def test_clearing_leaves_nothing() -> None:
    """Neither of those that have ended nor of the others."""
    values = full(*FROM["both"])
    values.changed("kv/a")
    values.clear()
    values.keep(7, Derived("new", Basis({"kv/a": 2}, frozenset())), 10)
    for _ in range(MANY):
        values.changed("something else")
    assert (len(values), values._bytes, values._ended) == (1, 10, [])
