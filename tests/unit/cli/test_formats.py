"""Tables, JSON and YAML."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml as oracle
from hypothesis import given
from hypothesis import strategies as st

from strongroom.cli import render, text, yaml
from strongroom.client import values

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029"))
TRICKY = st.text("0129+-._:eExXobTZnNyYaf~ #'\"\n\t[]{}&*!|>%@`,?=<\\", max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXTS | TRICKY


def nested(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists and objects of scalars, a few levels deep."""
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS | TRICKY, inner, max_size=4),
        max_leaves=12,
    )


JSON = nested(SCALARS | st.floats(allow_nan=False, allow_infinity=False))


@given(nested(SCALARS))
def test_yaml_reads_back(value: Any) -> None:
    """A YAML 1.1 reader gets from our YAML what JSON said, every string a string."""
    document = values.decode(json.dumps(value))
    assert oracle.safe_load(yaml.dump(document)) == value


@given(JSON)
def test_json_reads_back(value: Any) -> None:
    """Our JSON says what was put in, in one line and in many, sorted and not."""
    for indent in ("", "  "):
        assert json.loads(values.encode(value, indent)) == value
        assert json.loads(values.encode(value, indent, sort=True)) == value


def test_json_numbers_keep_their_digits() -> None:
    """No number is rounded on its way through: what came is what goes out."""
    numbers = "[12345678901234567890,1e30,1.10,-0,0.1]"
    assert values.encode(values.decode(numbers)) == numbers


def test_json_is_safe_in_html() -> None:
    """The three characters that HTML gives a meaning are escaped, others are not."""
    assert values.encode("<&>é") == '"\\u003c\\u0026\\u003eé"'


@pytest.mark.parametrize(
    ("number", "shown"),
    [("1.5", "1.5"), ("1e10", "1e+10"), ("-1e-7", "-1e-07"), ("123456789.125", "1.23456789125e+08"), ("100", "100")],
)
def test_yaml_numbers(number: str, shown: str) -> None:
    """Integers stay as they are, other numbers take their shortest form."""
    assert yaml.dump(values.decode(number)) == f"{shown}\n"


def test_yaml_keys_sort_by_number() -> None:
    """Version 9 comes before version 10."""
    assert yaml.dump({"10": 1, "9": 2, "a10": 3, "a9": 4}) == '"9": 2\n"10": 1\na9: 4\na10: 3\n'


def test_long_strings_fold_at_blanks() -> None:
    """A long line is broken at the first blank behind the fold column, and still reads back whole."""
    value = {"k": "word " * 30 + "end"}
    folded = yaml.dump(value)
    assert len(folded.splitlines()) == 2
    assert oracle.safe_load(folded) == value


def test_columns() -> None:
    """Columns are aligned, blanks around cells go, an empty cell says so, and no line ends in blanks."""
    rows = [("Key", "Value"), ("---", "-----"), ("a", ""), ("longer ", " x ")]
    assert text.columns(rows) == "Key       Value\n---       -----\na         n/a\nlonger    x"


def test_go_values() -> None:
    """Nested values look as Go prints them."""
    assert text.go_value({"b": [1, None, True], "a": {}}) == "map[a:map[] b:[1 <nil> true]]"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("ttl", "5400", "1h30m"),
        ("x_ttl", "0", "0s"),
        ("period", "61", "1m1s"),
        ("max_ttl", "86400", "24h"),
        ("ttl", "1.5", "1.5"),
        ("timeout", "5400", "5400"),
    ],
)
def test_seconds_are_shown_as_durations(name: str, value: str, shown: str) -> None:
    """A field whose name says that it holds seconds shows hours and minutes; text and fractions stay."""
    assert text.field_text(name, values.Number(value)) == shown
    assert text.field_text("ttl", "5400") == "5400"


def test_a_field_is_found_by_the_name_that_tables_show() -> None:
    """Logins, wrapped answers, leases and data all answer to their fields' names; an unknown one is an error."""
    auth = render.SecretAnswer({"auth": {"client_token": "t", "lease_duration": 60, "metadata": {"a": "b"}}})
    assert auth.field("token") == "t"
    assert auth.field("token_meta_a") == "b"
    wrapped = render.SecretAnswer({"wrap_info": {"token": "w"}})
    assert wrapped.field("wrapping_token") == "w"
    lease = render.SecretAnswer({"lease_id": "x/1", "lease_duration": 60, "renewable": True, "data": {"k": "v"}})
    assert (lease.field("lease_id"), lease.field("k")) == ("x/1", "v")
    with pytest.raises(KeyError):
        lease.field("none")


def test_a_leased_secret_has_its_lease_first() -> None:
    """The lease's three lines come before the data's."""
    secret = render.SecretAnswer({"lease_id": "x/1", "lease_duration": 3600, "renewable": True, "data": {"a": None}})
    assert render.rows(secret) == [
        ("lease_id", "x/1"),
        ("lease_duration", "1h"),
        ("lease_renewable", "true"),
        ("a", "<nil>"),
    ]


@pytest.mark.parametrize("text", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_an_answer_that_is_nested_too_deeply_is_none(text: str) -> None:
    """It is an error like any other text that is no JSON."""
    with pytest.raises(ValueError, match="nested too deeply"):
        values.decode(text)
