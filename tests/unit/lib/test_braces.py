"""Texts with braces in them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.braces import split


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("{{a}}", ["", "a", ""]),
        ("a{{ b }}c{{}}", ["a", " b ", "c", "", ""]),
        ("{{{a}}}", ["", "{a", "}"]),
        ("{{a{{b}}", ["", "a{{b", ""]),
        ("{{a}} {{b", ["", "a", " {{b"]),
        ("a}} {{b}}", ["a}} ", "b", ""]),
        ("{{a\n}}", ["", "a\n", ""]),
    ],
)
def test_parts_of_a_text(text: str, parts: list[str]) -> None:
    """Outside and inside by turns; what isn't closed stands outside."""
    assert split(text) == parts


@given(st.text(alphabet="{}a ", max_size=30))
def test_parts_are_those_of_a_regular_expression(text: str) -> None:
    """The one that says what is meant, and takes too long."""
    assert split(text) == re.split(r"\{\{(.*?)\}\}", text, flags=re.DOTALL)


def test_braces_that_nothing_closes_cost_nothing() -> None:
    """A megabyte of them would take hours if each were looked for its end."""
    text = "{{" * 500_000
    assert split(text) == [text]
