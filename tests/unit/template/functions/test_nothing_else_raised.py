"""Any function with any values: it computes, or fails in the one way that the evaluator expects."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions import FUNCTIONS
from strongroom.template.functions.maps import OwnMap
from strongroom.template.values import NilPointer, Number, Unsigned
from tests.unit.template.functions.around import FixedSurroundings

SLOW = {"sprig_bcrypt", "sprig_derivePassword", "sprig_htpasswd"}
LIKELY = [
    "",
    "a,b",
    '{"a": 1}',
    "a: b",
    "(",
    "2006-01-02",
    "1h",
    "http://x/%",
    "$1",
    "1e400",
    "v1.2",
    "\udcff",
    "Local",
]
TEXTS = st.sampled_from(LIKELY) | st.text(max_size=12)
INTEGERS = st.sampled_from([0, 1, -1, 2, 1 << 62, (1 << 63) - 1, -(1 << 63)]) | st.integers(-100, 100)
TIMES = st.datetimes(timezones=st.just(UTC)) | st.just(datetime(1, 1, 1, tzinfo=UTC))
SCALARS = st.one_of(
    TEXTS, INTEGERS, st.floats(), st.booleans(), st.none(), st.binary(max_size=4), TIMES,
    TEXTS.map(Number), st.just(NilPointer("*a.B")), st.integers(0, (1 << 64) - 1).map(Unsigned),
)  # fmt: skip
ANY = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3).map(OwnMap),
    max_leaves=5,
)
OF_KIND = {
    Kind.STRING: TEXTS,
    Kind.INT: INTEGERS,
    Kind.FLOAT: st.floats(),
    Kind.BOOL: st.booleans(),
    Kind.STRINGS: st.lists(TEXTS, max_size=3),
    Kind.LIST: st.lists(ANY, max_size=3),
    Kind.MAP: st.dictionaries(TEXTS, ANY, max_size=3),
    Kind.TIME: TIMES,
    Kind.ANY: ANY,
}


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, list[Any]]:
    """A function's name and arguments of the kinds that it takes."""
    name = draw(st.sampled_from(sorted(FUNCTIONS.keys() - SLOW)))
    function: Function = FUNCTIONS[name]
    rest = [] if function.rest is None else draw(st.lists(OF_KIND[function.rest], max_size=3))
    return name, [*(draw(OF_KIND[kind]) for kind in function.takes), *rest]


@settings(max_examples=600, deadline=None)
@given(calls())
def test_functions_compute_or_fail(made: tuple[str, list[Any]]) -> None:
    """No other error leaves a function, whatever a template gives it."""
    name, arguments = made
    function = FUNCTIONS[name]
    given_around = (FixedSurroundings(files={}),) if function.around else ()
    with suppress(FunctionFailed):
        function.call(*given_around, *arguments)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_kinds_are_ones_that_the_evaluator_gives(name: str) -> None:
    """A table names no kind of which values here don't know the type."""
    assert {*FUNCTIONS[name].takes, FUNCTIONS[name].rest} - {None} <= OF_KIND.keys()
