"""Statements of InfluxQL, and values that stay within their quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.database.drivers.influxdb.influxql import CREATE, filled, queries
from strongroom.lib.errors import InvalidRequest

TEXTS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]))


def strings_of(query: str) -> list[str]:
    """The quoted texts of a statement, read as the server reads them; fails where a quote isn't closed."""
    found, at = [], 0
    while at < len(query):
        quote = query[at]
        at += 1
        if quote not in "'\"":
            continue
        text = ""
        while query[at] != quote:
            assert query[at] != "\n", "a text ends with its line"
            if query[at] == "\\":
                at += 1
                text += {"n": "\n", "\\": "\\", "'": "'", '"': '"'}[query[at]]
            else:
                text += query[at]
            at += 1
        at += 1
        found.append(text)
    return found


@given(TEXTS, TEXTS)
def test_the_server_reads_the_values_that_were_given(username: str, password: str) -> None:
    """Each is one text, and there is no other beside them."""
    (query,) = queries(CREATE, {"username": username, "password": password})
    assert strings_of(query) == [username, password]


@given(TEXTS, st.sampled_from(["{{password}}", "x {{ password }}", "-- {{password}}", "/* {{password}} */"]))
def test_without_quotes_only_plain_values_stand(password: str, form: str) -> None:
    """Letters, digits and underscores; all else is refused, also in comments, which a line's end would close."""
    try:
        out = filled(form, {"password": password})
    except InvalidRequest as error:
        assert password not in error.text or len(password) < 3
    else:
        assert all(char.isascii() and (char.isalnum() or char == "_") for char in password)
        assert password in out


@pytest.mark.parametrize("value", ["a\0b", "a\rb"])
def test_what_the_language_cannot_write_is_refused(value: str) -> None:
    """Rather than changed."""
    with pytest.raises(InvalidRequest, match="doesn't take"):
        queries(CREATE, {"username": value, "password": "x"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A; B", ["A", "B"]),
        ("A;;\n;", ["A"]),
        ("A ';' \";\" /* ; */ -- ;\n; B", ["A ';' \";\" /* ; */ -- ;", "B"]),
        (r"A '\';' ; B", [r"A '\';'", "B"]),
        ("-- nothing", []),
        ("", []),
    ],
)
def test_statements_end_at_semicolons_outside_of_quotes(text: str, expected: list[str]) -> None:
    """And of comments."""
    assert queries((text,), {}) == expected


def test_values_are_not_read_as_placeholders() -> None:
    """A password that looks like one stays as it is, and unknown ones stay too."""
    values = {"username": "{{password}}", "password": "{{username}}"}
    assert queries(CREATE, values) == ["CREATE USER \"{{password}}\" WITH PASSWORD '{{username}}'"]
    assert filled("{{expiration}}", values) == "{{expiration}}"


@given(st.text(), TEXTS)
def test_no_statement_makes_it_fail_otherwise(statement: str, value: str) -> None:
    """Whatever an operator writes, the answer is statements or a refusal."""
    try:
        queries((statement,), {"username": value, "password": value})
    except InvalidRequest:
        return
