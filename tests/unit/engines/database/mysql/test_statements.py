"""Statements: where they end, and how values are written into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.database.drivers.mysql.statements import MOST, Quoting, cut, filled, literal
from strongroom.sdk import InvalidRequest

USUAL = Quoting()
ANSI = Quoting(ansi_quotes=True)
NO_ESCAPES = Quoting(no_backslash_escapes=True)


def texts(*given_: str, quoting: Quoting = USUAL) -> list[str]:
    """The statements, with nothing filled in."""
    return ["".join(text for _, text in statement).strip() for statement in cut(given_, quoting)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A; B", ["A", "B"]),
        ("A;;  ; \n", ["A"]),
        ("A ';' B; C", ["A ';' B", "C"]),
        ('A ";" B; C', ['A ";" B', "C"]),
        ("A `;` B; C", ["A `;` B", "C"]),
        (r"A '\';' B; C", [r"A '\';' B", "C"]),
        ("A ''';' B; C", ["A ''';' B", "C"]),
        ("A -- x; y\n; C", ["A -- x; y", "C"]),
        ("A --x; C", ["A --x", "C"]),
        ("A # x; y\n; C", ["A # x; y", "C"]),
        ("A /* x; y */; C", ["A /* x; y */", "C"]),
        ("A /*! x; y */", ["A /*! x", "y */"]),
        ("-- nothing\n", []),
        ("GRANT SELECT ON `fooapp\\_%`.* TO 'x'; B", ["GRANT SELECT ON `fooapp\\_%`.* TO 'x'", "B"]),
        ("CREATE PROCEDURE p() BEGIN A; B; END", ["CREATE PROCEDURE p() BEGIN A; B; END"]),
        ("create definer=`a`@`%` function f() begin a; end", ["create definer=`a`@`%` function f() begin a; end"]),
        ("BEGIN NOT ATOMIC A; B; END", ["BEGIN NOT ATOMIC A; B; END"]),
        ("X; CREATE EVENT e DO BEGIN A; END", ["X", "CREATE EVENT e DO BEGIN A; END"]),
        ("CREATE USER 'a'; GRANT EXECUTE ON FUNCTION f; C", ["CREATE USER 'a'", "GRANT EXECUTE ON FUNCTION f", "C"]),
    ],
)
def test_a_statement_ends_at_a_semicolon_that_nothing_contains(text: str, expected: list[str]) -> None:
    """Quotes, comments and bodies of procedures have semicolons of their own."""
    assert texts(text) == expected


def test_quotes_are_those_of_the_servers_mode() -> None:
    """A backslash before a quote escapes it in some modes only."""
    with pytest.raises(InvalidRequest):
        texts("A 'x\\'; B'", quoting=NO_ESCAPES)
    assert texts('A "x\\"; B', quoting=ANSI) == ['A "x\\"', "B"]


@pytest.mark.parametrize("text", ["A 'x", 'A "x', "A `x", "A /* x", "A 'x\\'"])
def test_what_never_ends_is_refused(text: str) -> None:
    """It would swallow a value's quotes."""
    with pytest.raises(InvalidRequest, match="without an end"):
        texts(text)


def test_there_is_a_bound_on_statements() -> None:
    """Each is a question to the server."""
    assert len(texts("A;" * MOST)) == MOST
    with pytest.raises(InvalidRequest, match="more than"):
        texts("A;" * (MOST + 1))


def fill(text: str, quoting: Quoting = USUAL, **values: str) -> str:
    """One statement, filled."""
    (statement,) = cut([text], quoting)
    return filled(statement, values, quoting)


@pytest.mark.parametrize(
    ("quoting", "text", "expected"),
    [
        (USUAL, "'{{p}}'", r"""'a''b\\c"d`'"""),
        (USUAL, '"{{p}}"', r'''"a'b\\c""d`"'''),
        (USUAL, "`{{p}}`", r"""`a'b\c"d```"""),
        (NO_ESCAPES, "'{{p}}'", r"""'a''b\c"d`'"""),
        (ANSI, '"{{p}}"', r'''"a'b\c""d`"'''),
        (USUAL, "'x{{p}}' -- {{p}}", r"""'xa''b\\c"d`' -- {{p}}"""),
        (USUAL, "'{{other}}' '{{ p }}'", "'{{other}}' '{{ p }}'"),
    ],
)
def test_a_value_stays_within_its_quotes(quoting: Quoting, text: str, expected: str) -> None:
    """Nothing is written into comments, and unknown names stay."""
    assert fill(text, quoting, p="a'b\\c\"d`") == expected


def test_a_value_outside_of_quotes_is_plain_or_refused() -> None:
    """Its characters would be statements."""
    assert fill("DROP USER {{name}}", name="v-app.1_2") == "DROP USER v-app.1_2"
    with pytest.raises(InvalidRequest, match="outside of quotes"):
        fill("DROP USER {{name}}", name="x OR 1")
    with pytest.raises(InvalidRequest, match="outside of quotes"):
        fill("/*! {{name}} */", name="*/")
    with pytest.raises(InvalidRequest, match="NUL"):
        fill("'{{name}}'", name="a\0b")


@given(st.text(alphabet="ab'\"`\\;-#/*{}% \n\té", max_size=30), st.sampled_from(["'", '"', "`"]))
def test_whatever_a_value_is_it_makes_no_statement(value: str, sign: str) -> None:
    """What is filled is cut as it was before."""
    for quoting in (USUAL, ANSI, NO_ESCAPES):
        text = fill(f"A {sign}{{{{p}}}}{sign} B", quoting, p=value)
        (again,) = cut([text], quoting)
        assert len(again) >= 3
        assert "".join(piece for _, piece in again) == text


@given(st.text(alphabet="ab'\"`\\;-#/*!{}% \nBEGIN", max_size=60))
def test_any_text_is_cut_or_refused(text: str) -> None:
    """Nothing else is raised, and nothing is lost but semicolons."""
    for quoting in (USUAL, ANSI, NO_ESCAPES):
        try:
            found = cut([text], quoting)
        except InvalidRequest:
            continue
        assert sum(len(piece) for statement in found for _, piece in statement) <= len(text)


def test_a_literal_is_a_text_in_quotes() -> None:
    """As statements of the driver's own have them."""
    assert literal("a'\\", USUAL) == "'a''\\\\'"
    assert literal("a'\\", NO_ESCAPES) == "'a''\\'"
