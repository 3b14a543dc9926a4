"""No expression, however clumsy or hostile, costs more than its share; no text breaks the parser."""

from __future__ import annotations

import contextlib
import json
import string
import sys
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from strongroom.lib.cel import CelError, MessageType, Program, compile_program, from_json
from strongroom.lib.cel.parser import parse

TYPES = {"pb.Auth": MessageType("pb.Auth", {"policies": "strings", "display_name": "string"})}
CLAIMS = from_json({"list": [str(number) for number in range(1000)], "text": "a" * 1000, "map": {"a": 1}}, 5000)


def compiled(expression: str, *variables: tuple[str, str]) -> Program:
    """A program that gets `claims`."""
    return compile_program(expression, variables, frozenset({"claims"}), TYPES)


COSTLY = {
    "loops in loops": "claims.list.all(a, claims.list.all(b, claims.list.all(c, a != b || b != c || true)))",
    "loops side by side": " && ".join(["claims.list.all(a, a.size() < 9)"] * 20),
    "a list of lists": "claims.list.map(a, claims.list.map(b, claims.list))",
    "errors that are caught": "claims.list.exists(a, claims.list.exists(b, a + 1 == b))",
    "a caught end": "claims.list.all(a, claims.list.all(b, true)) || true",
    "comparisons": "claims.list.all(a, claims.list == claims.list)",
    "memberships": "claims.list.all(a, a in claims.list)",
    "texts": "claims.list.all(a, claims.text.contains('b') || true)",
    "replacements": "claims.list.all(a, claims.text.replace('a', 'bb').size() > 1)",
    "splits": "claims.list.all(a, claims.text.split('').size() > 1)",
    "joins": "claims.list.all(a, claims.list.join('-').size() > 1)",
    "sorts": "claims.list.all(a, claims.list.sort().size() > 1)",
    "sorts of long texts": "claims.list.map(a, claims.text).sort().size() > 1",
    "a pattern with many states": "claims.list.exists(a, claims.text.matches('(a|b)*a(a|b){90}c'))",
    "a pattern that is large": "claims.text.matches('(((a?){30}){30})z')",
    "many patterns": "claims.list.exists(a, 'x'.matches('(a?){900}' + a))",
    "many patterns that are too large": "claims.list.exists(a, 'x'.matches('(((a?){30}){30}){9}' + a) || false)",
    "many patterns of large classes": "claims.list.exists(a, 'x'.matches('[\\\\pL\\\\pN]{30}' + a))",
    "many time zones": "claims.list.exists(a, timestamp(0).getHours('Zone/' + a) == 77)",
    "distinct items": "claims.list.distinct().size() > 1",
}


@pytest.mark.parametrize("expression", COSTLY.values(), ids=COSTLY)
def test_an_evaluation_ends_when_its_steps_are_used_up(expression: str) -> None:
    """Nothing catches the end, not even an operator that needs one side only."""
    with pytest.raises(CelError, match="too many steps"):
        compiled(expression).run({"claims": CLAIMS})


def test_texts_do_not_grow_without_end() -> None:
    """A text that doubles with each variable ends at its limit."""
    variables = [("v0", "claims.text"), *((f"v{at}", f"v{at - 1} + v{at - 1}") for at in range(1, 60))]
    with pytest.raises(CelError, match="characters"):
        compiled("v59", *variables).run({"claims": CLAIMS})


def test_lists_do_not_grow_without_end() -> None:
    """A list that doubles with each variable ends at its limit."""
    variables = [("v0", "claims.list"), *((f"v{at}", f"v{at - 1} + v{at - 1}") for at in range(1, 60))]
    with pytest.raises(CelError, match="items"):
        compiled("v59", *variables).run({"claims": CLAIMS})


def test_shared_lists_are_not_compared_without_end() -> None:
    """A list of the same list twice, and so on, has few parts and many paths; comparing them is counted."""
    variables = [("v0", "[1]"), *((f"v{at}", f"[v{at - 1}, v{at - 1}]") for at in range(1, 60))]
    with pytest.raises(CelError, match=r"too many steps|nested too deeply"):
        compiled("v59 == v59 && v59 == [v58, v58]", *variables).run({"claims": CLAIMS})


def test_usual_patterns_cost_little() -> None:
    """Whoever is in hundreds of groups gets in by a pattern of their names."""
    groups = from_json({"groups": [f"team-{number}-engineering-production" for number in range(500)]}, 5000)
    pattern = "^team-[0-9]+-[a-z]+-(dev|staging)$"
    assert compiled(f"claims.groups.exists(g, g.matches('{pattern}'))").run({"claims": groups}) is False


def test_a_pattern_that_is_none_is_told_each_time() -> None:
    """And costs little the second time."""
    program = compiled("claims.list.exists(a, 'x'.matches('(') )")
    for _ in range(2):
        with pytest.raises(CelError, match="error parsing regexp"):
            program.run({"claims": from_json({"list": [1, 2]}, 10)})


TOO_MUCH = {
    "characters": "'" + "a" * 20_000 + "'",
    "parts": "[" + "1," * 3000 + "]",
    "brackets": "(" * 200 + "1" + ")" * 200,
    "lists": "[" * 200 + "]" * 200,
    "operators in a row": " + ".join(["1"] * 200),
    "members in a row": "claims" + ".a" * 200,
    "rows in brackets": "(" * 30 + "1" + " + 1 + 1 + 1 + 1 + 1)" * 30,
    "choices": "true ? 1 : " * 200 + "1",
}


@pytest.mark.parametrize("expression", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_long_or_too_deep_is_refused_before_it_runs(expression: str) -> None:
    """The limits hold when a program is read."""
    with pytest.raises(CelError):
        compiled(expression)


def test_a_program_of_many_large_expressions_is_refused_before_it_is_read_whole() -> None:
    """Reading one stops the process, and a login may read it again."""
    variables = [(f"v{at}", "[" + "1," * 490 + "1]") for at in range(60)]
    with pytest.raises(CelError, match="more than 6000 parts"):
        compiled("v0", *variables, ("v60", "this isn't read"))
    assert compiled("v9 == v0", *variables[:10]).run({}) is True


def test_signs_in_a_row_are_one_sign() -> None:
    """A row of signs isn't a depth."""
    assert compiled("!" * 1001 + "true").run({}) is False
    assert compiled("-" * 1000 + "1").run({}) == 1


def test_chains_of_alternatives_may_be_long() -> None:
    """Lists of conditions are what people write: a chain isn't a depth."""
    assert compiled(" || ".join(["claims.text == 'x'"] * 300)).run({"claims": CLAIMS}) is False


def test_data_is_bounded() -> None:
    """Claims beyond their number, or too deep, are refused, and so are numbers that JSON's have no place for."""
    with pytest.raises(CelError, match="too large"):
        from_json([[]] * 100, 100)
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(CelError, match="too large"):
        from_json(deep, 1000)
    with pytest.raises(CelError, match="too large"):
        from_json(10**400, 10)


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ([("a", "b"), ("b", "1")], "undeclared reference to 'b'"),
        ([("claims", "1")], "overlapping identifier"),
        ([("a-b", "1")], "no name of a variable"),
        ([("", "1")], "no name of a variable"),
        ([("in", "1")], "no name of a variable"),
        ([("a", "")], "found the end"),
        ([(f"v{at}", "1") for at in range(65)], "more than 64 variables"),
    ],
)
def test_a_variable_that_is_none_is_refused(variables: list[tuple[str, str]], text: str) -> None:
    """Names that can't be said, or that something else has, and forward references."""
    with pytest.raises(CelError, match=text):
        compiled("true", *variables)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("pb.Auth{nope: 1}", "undefined field 'nope'"),
        ("pb.Other{}", "undeclared reference to 'pb.Other'"),
        ("pb.Auth{policies: 'x'}", "expected type of field 'policies' is 'list"),
        ("pb.Auth{policies: [1]}", "expected type of field 'policies' is 'list"),
        ("pb.Auth{display_name: null}", "expected type of field 'display_name' is 'string'"),
        ("pb.Auth{display_name: 'a', display_name: 'b'}", "set twice"),
        ("claims.size(1)", "found no matching overload for 'size'"),
        ("other", "undeclared reference to 'other'"),
        ("claims.list.all(x, y)", "undeclared reference to 'y'"),
        ("claims.list.all(x, true) && x", "undeclared reference to 'x'"),
        ("__import__('os')", "undeclared reference to '__import__'"),
        ("claims.__class__()", "undeclared reference to '__class__'"),
    ],
)
def test_a_misspelt_name_is_refused_before_it_runs(expression: str, text: str) -> None:
    """Names, functions and fields are known when a program is read."""
    with pytest.raises(CelError, match=text):
        compiled(expression)


def test_a_macros_variable_hides_another_only_inside() -> None:
    """What a name means outside isn't changed by a loop, even by one that fails."""
    program = compiled("[a.exists(a, a == 2), a == [1, 2]] == [true, true]", ("a", "[1, 2]"))
    assert program.run({"claims": CLAIMS}) is True
    failing = compiled("(a.map(a, a + 'x') == [] || true) && a == [1, 2]", ("a", "[1, 2]"))
    assert failing.run({"claims": CLAIMS}) is True


def test_attributes_of_the_implementation_are_out_of_reach() -> None:
    """A field is a key of a map, never an attribute of what holds it."""
    for name in ("__class__", "_by_key", "items", "fields", "type"):
        with pytest.raises(CelError, match=r"no such key|no such overload"):
            compiled(f"claims.{name}").run({"claims": CLAIMS})
        assert compiled(f"has(claims.{name})").run({"claims": CLAIMS}) is False


WORDS = ["claims", "a", "1", "1u", "1.5", "'x'", "b'x'", "true", "null", "in", "has", "all", "map", "pb.Auth", "now"]
WORDS += ["(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "!", "-", "+", "*", "/", "%", "==", "<", "&&", "||", " "]


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map("".join) | st.text(max_size=40))
@example("\ud800")
@example("'\ud800'")
@example("'\\ud800'")
@example("9" * 5000)
@example("1e999")
@example("claims[1e999]")
@example("int(1e999)")
@example("'a'.charAt(-1)")
@example("duration('" + "9" * 50 + "h')")
@example("timestamp('9999-12-31T23:59:59Z') + duration('1h')")
@example("timestamp('9999-12-31T23:59:59Z').getHours('+23:59')")
@example("timestamp('0001-01-01T00:00:00+01:00')")
@example("timestamp(0).getHours('../../etc/passwd')")
@example("'\ud800'.matches('a')")
@example("'a'.matches('\ud800')")
def test_any_text_gives_a_value_or_an_error_of_the_language(text: str) -> None:
    """No text raises anything else, when it is read or when it runs."""
    with contextlib.suppress(CelError):
        compiled(text).run({"claims": CLAIMS})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.ascii_letters, max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(_JSON)
def test_any_claims_are_met(document: Any) -> None:
    """Operators meet values of every kind, and answer or refuse."""
    for text in (
        "claims == claims",
        "claims + claims",
        "claims < claims",
        "claims in [claims]",
        "claims.a",
        "claims[0]",
        "claims['a']",
        "size(claims)",
        "string(claims)",
        "int(claims)",
        "claims.all(x, x == claims)",
        "claims.map(x, x)",
        "pb.Auth{policies: claims}",
        "claims.startsWith(claims)",
        "claims.sort()",
        "-claims",
        "!claims",
    ):
        with contextlib.suppress(CelError):
            compiled(text).run({"claims": from_json(document, 1000)})


def test_what_json_text_holds_is_what_an_expression_sees() -> None:
    """A text of JSON as a literal is the text."""
    text = "quote ' and \" and \\ and \n and \t and é and 😀"
    assert compiled(json.dumps(text, ensure_ascii=False)).run({}) == text


def test_a_comment_ends_with_its_line() -> None:
    """Comments are for people."""
    assert parse("1 // one\n") == parse("1")


def test_patterns_need_a_package_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program with a pattern is refused when it is written, where the package is missing; others aren't."""
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(CelError, match=r"matches\(\) needs the package google-re2. Run: .*-m pip install "):
        compiled("claims.text.matches('a')")
    assert compiled("claims.text.contains('a')").run({"claims": CLAIMS}) is True


def test_a_pattern_takes_time_in_line_with_the_text() -> None:
    """A pattern that makes others try for years answers."""
    pytest.importorskip("re2")
    hostile = "claims.text.matches('^(a|aa|a*)*(a|a*)*$') && !(claims.text + '!').matches('^(a+)+$')"
    assert compiled(hostile).run({"claims": CLAIMS}) is True


@pytest.mark.parametrize("pattern", ["(", "(?=a)", "a{1001}", "x" * 1001, "((a{100}){100}){100}", "\\C\\1"])
def test_a_pattern_that_is_none_or_too_large_is_an_error(pattern: str) -> None:
    """What can't be compiled within its memory refuses the evaluation."""
    pytest.importorskip("re2")
    with pytest.raises(CelError):
        compiled(f"claims.text.matches({json.dumps(pattern)})").run({"claims": CLAIMS})
