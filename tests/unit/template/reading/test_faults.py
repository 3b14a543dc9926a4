"""Which texts are templates, and what is told about the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from strongroom.template.errors import LimitReached, SyntaxFault
from strongroom.template.limits import Limits
from strongroom.template.reading.parser import trees_of

VECTORS = Path(__file__).parents[3] / "vectors" / "template"
FUNCTIONS = frozenset({"printf", "print", "and", "or", "not", "len", "index", "eq", "list", "text"})


def fault(text: str, delimiters: tuple[str, str] = ("{{", "}}"), limits: Limits | None = None) -> str:
    """What is wrong with a text; empty if it is a template."""
    try:
        trees_of(text, name="n", functions=FUNCTIONS, delimiters=delimiters, limits=limits or Limits())
    except SyntaxFault as error:
        return error.text
    return ""


@pytest.mark.parametrize("case", json.loads((VECTORS / "faults.json").read_text()), ids=lambda case: case["text"][:30])
def test_a_text_is_refused_as_go_refuses_it(case: dict[str, Any]) -> None:
    """The table holds what Go 1.26 said, word for word; an empty text where it took the template."""
    left, right = case.get("delimiters", ["{{", "}}"])
    assert fault(case["text"], (left, right)) == case["error"]


@pytest.mark.parametrize("number", ["2i", "1+2i", "1.5i", "0i"])
def test_complex_numbers_are_refused(number: str) -> None:
    """No function takes one."""
    assert fault(f"{{{{{number}}}}}") == f'template: n:1: complex numbers aren\'t supported: "{number}"'


@pytest.mark.parametrize("text", ["{{" + "(" * 200, "{{if 1}}" * 200, '{{block "x" 1}}' * 200])
def test_nesting_has_a_limit(text: str) -> None:
    """Parentheses, actions and blocks count together."""
    with pytest.raises(LimitReached, match="more than 100 levels in one another"):
        fault(text)


def test_a_recursion_that_python_refuses_is_a_limit_too() -> None:
    """A limit that is set too high raises nothing else."""
    with pytest.raises(LimitReached, match="nested too deep"):
        fault("{{if 1}}" * 10_000, limits=Limits(nesting=100_000))


def test_many_alternatives_are_not_nested() -> None:
    """A chain of `else if` may be long."""
    assert fault("{{if 1}}" + "{{else if 2}}" * 5_000 + "{{end}}") == ""
