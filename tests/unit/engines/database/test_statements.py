"""Statements are decoded, split and filled with values that stay values."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.database.statements import MYSQL, POSTGRESQL, check, decoded, filled, pieces, split
from strongroom.lib.errors import InvalidRequest

DO = "DO $$ BEGIN PERFORM 1; END $$"
NESTED = "DO $outer$ BEGIN EXECUTE $do$ SELECT 1; SELECT 2; $do$; END; $outer$"
ATOMIC = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" ;; ; ", []),
        ("a; b", ["a", "b"]),
        ("a;b;", ["a", "b"]),
        ("SELECT ';'; b", ["SELECT ';'", "b"]),
        ("SELECT 'it''s;'; b", ["SELECT 'it''s;'", "b"]),
        ("SELECT E'\\';'; b", ["SELECT E'\\';'", "b"]),
        ("SELECT '\\'; b", ["SELECT '\\'", "b"]),
        ('SELECT ";"; b', ['SELECT ";"', "b"]),
        (f"{DO}; b", [DO, "b"]),
        (f"{NESTED}; b", [NESTED, "b"]),
        (f"{ATOMIC}; b", [ATOMIC, "b"]),
        ("BEGIN; a; END; b", ["BEGIN", "a", "END", "b"]),
        ("a -- ; no\n; b", ["a -- ; no", "b"]),
        ("a /* ; /* ; */ ; */; b", ["a /* ; /* ; */ ; */", "b"]),
        ("-- only a comment; really", []),
        ("SELECT $1; b", ["SELECT $1", "b"]),
        ("SELECT a$b$; c$b$", ["SELECT a$b$", "c$b$"]),
        ("SELECT 'open; b", ["SELECT 'open; b"]),
        ("SELECT $x$ open; b", ["SELECT $x$ open; b"]),
    ],
)
def test_only_semicolons_between_statements_split(text: str, parts: list[str]) -> None:
    """Not those within quotes, dollar quotes, comments and bodies."""
    assert split(text, POSTGRESQL) == parts


def test_mysql_quotes_otherwise() -> None:
    """By backslashes in any text, backticks and hashes; a comment in a comment is none."""
    assert split("SELECT '\\';', `;`; b # ;\n; /* /* */ c", MYSQL) == ["SELECT '\\';', `;`", "b # ;", "/* /* */ c"]
    assert split("a $$; b", MYSQL) == ["a $$", "b"]


@given(st.text(alphabet="ab;'\"`$-/*#\\\n BEGINATOMCENDSe_1é"))
def test_pieces_are_the_text(text: str) -> None:
    """Whatever it is, nothing is lost or added."""
    for dialect in (POSTGRESQL, MYSQL):
        assert "".join(piece.text for piece in pieces(text, dialect)) == text
        split(text, dialect)


@given(st.text())
def test_a_quoted_value_never_ends_its_quotes(value: str) -> None:
    """A name or password of any characters stays one value."""
    if "\0" in value:
        return
    for dialect, text in (
        (POSTGRESQL, "a '{{password}}'; b"),
        (POSTGRESQL, "a E'{{password}}'; b"),
        (POSTGRESQL, 'a "{{password}}"; b'),
        (MYSQL, "a '{{password}}'; b"),
        (MYSQL, 'a "{{password}}"; b'),
        (MYSQL, "a `{{password}}`; b"),
    ):
        out = filled(text, {"password": value}, dialect)
        assert len(split(out, dialect)) == 2
        assert split(out, dialect)[1] == "b"


@pytest.mark.parametrize("text", ["{{name}}", "DO $$ BEGIN EXECUTE '{{name}}'; END $$", "-- {{name}}\n"])
@pytest.mark.parametrize("value", ["a'b", 'a"b', "a b", "a;b", "a\\b", "a--b", "a$$b", "a\nb", "a/*b", "a`b"])
def test_what_cannot_be_quoted_is_refused(text: str, value: str) -> None:
    """Outside of quotes, and where quotes are within quotes; the error doesn't show it."""
    with pytest.raises(InvalidRequest) as refused:
        filled(text, {"name": value}, POSTGRESQL)
    assert value not in refused.value.text
    assert filled(text, {"name": "v-a.b_c@d:1"}, POSTGRESQL) == text.replace("{{name}}", "v-a.b_c@d:1")


def test_a_nul_byte_is_refused() -> None:
    """It would end the statement for the server."""
    with pytest.raises(InvalidRequest):
        filled("'{{name}}'", {"name": "a\0b"}, POSTGRESQL)


def test_both_names_of_a_placeholder_are_known_and_others_stay() -> None:
    """With blanks too."""
    values = {"name": "n", "username": "u"}
    assert filled("'{{name}}' '{{ username }}' '{{other}}' {{", values, POSTGRESQL) == "'n' 'u' '{{other}}' {{"


def test_values_are_not_filled_in_again() -> None:
    """A password that reads like a placeholder stays what it is."""
    assert filled("'{{name}}'", {"name": "{{password}}", "password": "x"}, POSTGRESQL) == "'{{password}}'"


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (["CREATE USER x;"], ["CREATE USER x;"]),
        (["a; b", "c"], ["a; b", "c"]),
        ([_packed("CREATE USER x;")], ["CREATE USER x;"]),
        ([json.dumps(["a; b", "c"])], ["a; b", "c"]),
        ([_packed(json.dumps(["a; b", "c"]))], ["a; b", "c"]),
        (["abcd"], ["abcd"]),
        (["DROPUSER"], ["DROPUSER"]),
        (["[1, 2]"], ["[1, 2]"]),
        (["[not json"], ["[not json"]),
        (["[" * 100_000], ["[" * 100_000]),
        (["", "  "], []),
    ],
)
def test_four_ways_to_write_statements(given_: list[str], expected: list[str]) -> None:
    """Text, JSON, and either in base64; plain text that happens to decode stays text."""
    assert decoded(given_) == tuple(expected)


def test_what_is_stored_has_limits() -> None:
    """Of number and size."""
    check("creation_statements", ["x"] * 64)
    for statements in (["x"] * 65, ["x" * 65_537], ["é" * 40_000]):
        with pytest.raises(InvalidRequest):
            check("creation_statements", statements)


@pytest.mark.parametrize(
    ("text", "filled_in"),
    [
        ("E'a'\n'{{name}}'", "E'a'\n'x\\\\''y'"),
        ("E'a' -- and\n '{{name}}'", "E'a' -- and\n 'x\\\\''y'"),
        ("E'a'\n'b'\n'{{name}}'", "E'a'\n'b'\n'x\\\\''y'"),
        ("E'a', '{{name}}'", "E'a', 'x\\''y'"),
        ("'a'\n'{{name}}'", "'a'\n'x\\''y'"),
    ],
)
def test_a_text_that_goes_on_is_quoted_as_it_began(text: str, filled_in: str) -> None:
    """PostgreSQL takes quotes with nothing but lines between them for one text, with the escapes of the first."""
    assert filled(text, {"name": "x\\'y"}, POSTGRESQL) == filled_in


@pytest.mark.parametrize("text", ["U&'{{name}}'", 'u&"{{name}}"', "U&'a'\n'{{name}}'"])
def test_no_value_is_read_as_codes_of_characters(text: str) -> None:
    """In such texts a backslash begins a code, so a name with one would be that of another user."""
    with pytest.raises(InvalidRequest, match="can't be quoted between U&"):
        filled(text, {"name": "\\0061dmin"}, POSTGRESQL)
    assert "plain-1" in filled(text, {"name": "plain-1"}, POSTGRESQL)
