"""Expressions of filters: any text is an expression, or is refused."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from strongroom.lib.bexpr.parser import parse
from strongroom.lib.errors import InvalidRequest
from tests.fuzz.effort import examples
from tests.unit.lib.bexpr.test_expressions import look

WORDS = st.sampled_from(
    [" path ", " operation ", "==", "!=", " and ", " or ", " not ", " in ", " is ", " empty", " kv "]
)
SIGNS = st.sampled_from([*"()[],. ~é", '"', "\\", '"x"', "`y`", '"/a/b"', "5", "-0.1", " matches ", " contains "])


@given(st.one_of(st.text(max_size=60), st.lists((WORDS | SIGNS), max_size=12).map("".join)))
@example("not " * 1000 + "path == x")
@example('path == "' + "\\" * 1001 + '"')
@example('"' * 4000)
@settings(max_examples=examples(300))
def test_no_text_does_anything_else(text: str) -> None:
    """It is an expression, which is true or not, or it is refused."""
    try:
        expression = parse(text)
    except InvalidRequest:
        return
    assert expression.holds(look) in {True, False}
    assert all(expression.paths())
