"""Whole numbers in policies."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.services.policy.parse import parse_policy


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ('"7"', 7),
        ("0x10", 16),
        ("012", 10),
        ('"012"', 12),
        ('"999999999999999999"', 999_999_999_999_999_999),
        ("1000000000000000000", 10**18),
        ('"1000000000000000000"', None),
        ("true", None),
        ("false", None),
        ('"true"', None),
        ("1.5", None),
        ("1e2", None),
        ('"-"', None),
        ('"--3"', None),
        ('"\N{ARABIC-INDIC DIGIT THREE}"', None),
        ('""', None),
        ("[1]", None),
    ],
)
def test_a_bound_is_a_whole_number(text: str, number: int | None) -> None:
    """As HCL has it, octal and hexadecimal included, or as a text of decimal digits; a truth is no number."""
    source = f'path "a" {{ capabilities = ["list"]\n pagination_limit = {text} }}'
    if number is None:
        with pytest.raises(InvalidRequest, match="pagination_limit"):
            parse_policy(source)
        return
    assert parse_policy(source).rules[0].constraints.pagination_limit == number


@pytest.mark.parametrize(("value", "name"), [("true", "true"), ("false", "false"), ("7", "7"), ("1.50", "1.50")])
def test_names_count_as_what_they_look_like(value: str, name: str) -> None:
    """Of a parameter that is required, numbers and truths are taken for their text."""
    source = f'path "a" {{ capabilities = ["update"]\n required_parameters = [{value}] }}'
    assert parse_policy(source).rules[0].constraints.required == (name,)
