"""Expressions whose results another implementation of the language has given.

`tests/vectors/cel/expressions.json` holds for each an expression, what came of it (`value`, `error`, or `refused`
before it ran) and the value's text.  They were asked of OpenBao 2.7.2, which uses cel-go.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from strongroom.lib.cel import CelError, Timestamp, compile_program, from_json

VECTORS = Path(__file__).parents[3] / "vectors" / "cel" / "expressions.json"
CLAIMS = {
    "iss": "i",
    "sub": "eva",
    "aud": "a",
    "groups": ["dev", "ops"],
    "n": 5,
    "f": 1.5,
    "nested": {"a": {"b": "c"}},
    "email": "eva@example.com",
}
SHOWN = "[dyn({}\n)].map(v, type(v) == bool ? (v ? 'T' : 'F') : 'v:' + string(v))[0]"
"""Shows a value of any kind as a text."""
LATER = {
    "'a' + 1 == 'a1'": "error",
    "'a' in 'abc'": "error",
    "size(1) == 1": "error",
    "int(true) == 1": "error",
    "1.e3 == 1000.0": "error",
    "[1,2] == [1.0,2.0]": "T",
    "{'a':1} == {'a':1.0}": "T",
    "1 < 1.5": "T",
    "1 == '1'": "F",
    "1 in [1.0]": "T",
    "1.0 in {1:'a'}": "T",
    "true in {1:'a'}": "F",
}
"""What is refused there by the kinds of literals runs here, with the result that it has there for claims."""
ABSENT = {
    "'%s'.format(['a']) == 'a'",
    "math.greatest(1,2) == 2",
    "claims.?sub.orValue('x') == 'eva'",
    "optional.of(1).value() == 1",
    "base64.encode(b'a') == 'YQ=='",
}
"""Extensions that aren't here: refused when they are written."""
OTHERWISE = {"string(timestamp('2026-01-01T01:00:00+01:00'))": "v:2026-01-01T00:00:00Z"}
"""A point in time keeps no zone here."""


def outcome(expression: str) -> tuple[str, str]:
    """What comes of an expression, and the value or the reason."""
    pytest.importorskip("re2")
    try:
        program = compile_program(SHOWN.format(expression), [], frozenset({"claims", "now"}), {})
    except CelError as error:
        return "refused", str(error)
    now = time.time()
    names = {"claims": from_json({**CLAIMS, "exp": now + 300}, 1000), "now": Timestamp(int(now * 10**9))}
    try:
        return "value", str(program.run(names))
    except CelError as error:
        return "error", str(error)


@pytest.mark.parametrize(("expression", "kind", "text"), json.loads(VECTORS.read_text()))
def test_an_expression_has_the_result_that_it_has_elsewhere(expression: str, kind: str, text: str) -> None:
    """Values are the same to the letter; what fails there fails here."""
    found, value = outcome(expression)
    if expression in ABSENT:
        assert found == "refused"
    elif expression in LATER:
        expected = LATER[expression]
        assert found == ("error" if expected == "error" else "value")
        assert expected in {"error", value}
    elif expression in OTHERWISE:
        assert value == OTHERWISE[expression]
    else:
        assert found == kind, value
        assert kind != "value" or value == text
