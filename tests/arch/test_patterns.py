"""Regular expressions mean the same to every Python that the project runs on."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

import strongroom

PACKAGE = Path(strongroom.__file__).parent
_POSSESSIVE = r"(?:[*+?]|\{[0-9]*,?[0-9]*\})\+"
AFTER_GROUP = re.compile(r"(?<![\\(])\)" + _POSSESSIVE)
"""`()*+` stands in classes of characters."""
AFTER_VALUE = re.compile(_POSSESSIVE)
"""At the beginning of what follows a part that is filled in."""


def found_in(source: str) -> list[str]:
    """The texts in some source that hold a group with a possessive quantifier."""
    nodes = list(ast.walk(ast.parse(source)))
    texts = [each.value for each in nodes if isinstance(each, ast.Constant)]
    plain = [each.decode("latin-1") if isinstance(each, bytes) else each for each in texts]
    pairs = [pair for each in nodes if isinstance(each, ast.JoinedStr) for pair in pairwise(each.values)]
    after = [two.value for one, two in pairs if isinstance(one, ast.FormattedValue) and isinstance(two, ast.Constant)]
    return [
        *(each for each in plain if isinstance(each, str) and AFTER_GROUP.search(each)),
        *(each for each in after if AFTER_VALUE.match(each)),
    ]


def test_no_group_has_a_possessive_quantifier() -> None:
    """Python before 3.11.5, such as that of Debian 12, finds nothing by some of them: atomic groups work everywhere.

    Source: https://github.com/python/cpython/issues/106052
    """
    found = {str(path.relative_to(PACKAGE)): found_in(path.read_text()) for path in PACKAGE.rglob("*.py")}
    assert {path: texts for path, texts in found.items() if texts} == {}


@pytest.mark.parametrize("source", ['r"(?:a|b)*+"', 'rb"(a)++"', 'f"(a){{2}}+{x}"', 'r"((a)*)?+"', 'f"{x}*+a"'])
def test_such_groups_would_be_found(source: str) -> None:
    """In texts, bytes and f-strings."""
    assert found_in(source)


@pytest.mark.parametrize("source", ['r"(a)*"', 'r"[a)]*+"', 'r"[()*+,;]"', r"""r"\)*+" """, 'r"(?>(?:a|b)*)"'])
def test_other_patterns_are_left_alone(source: str) -> None:
    """A class of characters may have such a quantifier."""
    assert found_in(source) == []
