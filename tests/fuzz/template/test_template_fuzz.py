"""Random texts and templates against the parser and the evaluator."""

from __future__ import annotations

import contextlib
import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.template import Limits, parse
from strongroom.template.budget import Budget, Exhausted
from strongroom.template.errors import TemplateError
from strongroom.template.formatting.printing import formatted
from strongroom.template.functions import for_one_execution
from strongroom.template.values import data_of
from tests.fuzz.effort import examples
from tests.fuzz.template.writer import DAMAGE, FIELDS, FUNCTIONS, LITERALS, MISSING, Writer
from tests.unit.template.functions.around import FixedSurroundings
from tests.unit.template.oracle_functions import FUNCTIONS as ORACLES
from tests.unit.template.oracle_functions import executed
from tests.unit.template.typed import VECTORS, typed

DATA: Any = json.loads((VECTORS / "executions.json").read_text())["data"]
LIMITS = Limits(steps=20_000, text_bytes=100_000, output_bytes=100_000)
_WORDS = ("if ", "else ", "end", "range ", "with ", "define ", "block ", "template ", "break", "continue", "nil")
_PIECES = st.sampled_from(
    [*DAMAGE, *_WORDS, *FIELDS, *LITERALS, *(f"{name} " for name in FUNCTIONS), " ", "- ", " -", "/*", "*/", "$x", "="]
)
_TEXTS = st.lists(_PIECES, max_size=25).map("".join) | st.text(max_size=60).map(lambda text: "{{" + text + "}}")
_VERBS = st.text("%[]*.0123456789 +-#vdsqxXTtbcoOUeEfFgGpwé", max_size=20).map(lambda text: f"%{text}")


@given(_TEXTS, st.sampled_from(MISSING))
@settings(max_examples=examples(400), deadline=None)
def test_any_text_gives_a_result_or_is_refused(text: str, missing: Any) -> None:
    """Nothing raises anything but `TemplateError`, and no result is longer than its limit."""
    with contextlib.suppress(TemplateError):
        assert len(data_of(executed(text, typed(DATA), missing_key=missing, limits=LIMITS))) <= LIMITS.output_bytes


@given(st.integers(0, 2**32), st.sampled_from(MISSING))
@settings(max_examples=examples(150), deadline=None)
def test_any_template_gives_a_result_or_is_refused(seed: int, missing: Any) -> None:
    """The same for texts of which most are templates."""
    with contextlib.suppress(TemplateError):
        executed(Writer(Random(seed)).template(), typed(DATA), missing_key=missing, limits=LIMITS)


@given(st.integers(0, 2**32))
@settings(max_examples=examples(150), deadline=None)
def test_functions_raise_nothing_else_in_templates(seed: int) -> None:
    """The same with all functions that templates of agents have."""
    functions = for_one_execution()
    text = Writer(Random(seed), [name for name in functions if "." not in name]).template()
    with contextlib.suppress(TemplateError):
        template = parse(text, name="", functions={**ORACLES, **functions}, missing_key="zero", limits=LIMITS)
        template.execute(typed(DATA), FixedSurroundings(), LIMITS)


@given(_VERBS, st.lists(st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5) | st.none()))
@settings(max_examples=examples(300), deadline=None)
def test_any_pattern_is_filled(pattern: str, values: list[Any]) -> None:
    """`printf` raises nothing, unless the text is too long."""
    with contextlib.suppress(Exhausted):
        formatted(pattern, values, Budget(LIMITS))
