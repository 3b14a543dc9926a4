"""What templates give."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.template.errors import TemplateError
from tests.unit.template.oracle_functions import executed
from tests.unit.template.typed import VECTORS, typed

TABLES: dict[str, Any] = {
    name: json.loads((VECTORS / f"{name}.json").read_text()) for name in ("executions", "methods")
}
CASES = [
    pytest.param(name, case, id=f"{name}-{ascii(case['text'])[:60]}")
    for name, table in TABLES.items()
    for case in table["cases"]
]


@pytest.mark.parametrize(("table", "case"), CASES)
def test_a_template_gives_what_go_gives(table: str, case: dict[str, Any]) -> None:
    """The tables hold what Go 1.26 wrote, or said about the template, word for word."""
    left, right = case.get("delimiters", ["", ""])
    missing = case.get("missing", "default")
    data = typed(TABLES[table]["data"])
    try:
        outcome = {"output": executed(case["text"], data, delimiters=(left, right), missing_key=missing)}
    except TemplateError as error:
        outcome = {"error": error.text}
    assert outcome == {key: case[key] for key in ("output", "error") if key in case}


def refusal(text: str, data: Any = None) -> str:
    """Why a template can't be executed."""
    with pytest.raises(TemplateError) as raised:
        executed(text, data)
    return raised.value.text


@pytest.mark.parametrize(
    ("text", "data", "reason"),
    [
        ("{{range .}}{{end}}", "hunter2", "range can't iterate over a value of type string"),
        ("{{range .}}{{end}}", 1.5, "range can't iterate over a value of type float64"),
        ("{{range $i, $x := .}}{{end}}", 4711, "can't use a value of type int to iterate over more than one variable"),
        ("{{eq . .}}", ["hunter2"], "error calling eq: non-comparable type []interface {}"),
        ("{{eq . (list 1)}}", {"a": "hunter2"}, "non-comparable types map[string]interface {}, []interface {}"),
        ("{{. | call}}", "hunter2", "error calling call: non-function <string Value> of type string"),
    ],
)
def test_errors_tell_types_where_gos_tell_values(text: str, data: Any, reason: str) -> None:
    """A value may be a password, and errors are logged."""
    told = refusal(text, data)
    assert told.endswith(reason)
    assert "hunter2" not in told
    assert "4711" not in told


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("{{many64 .i}}", "[5]"),
        ("{{uns .i}}", "5"),
        ("{{two .s .u}}", "text7"),
        ("{{strs .l}}", "2"),
        ("{{slice .long .i}}", "fghij"),
        ("{{mapping .m}}", "1"),
    ],
)
def test_parameters_take_more_than_gos(text: str, output: str) -> None:
    """All integers in range for each of Go's types of them, and lists of texts whatever their own type is."""
    data = {"i": 5, "u": typed({"$type": "uint64", "value": 7}), "s": "text", "l": ["a", "b"], "long": "abcdefghij"}
    data["m"] = typed({"$type": "stringmap", "value": {"a": "b"}})
    assert executed(text, data) == output


@pytest.mark.parametrize("number", ["-1", "9223372036854775808"])
def test_integers_out_of_range_are_refused(number: str) -> None:
    """A negative number is none of `uint64`, one of more than 63 bits none of `int64`."""
    value = typed({"$type": "uint64", "value": int(number)})
    text = "{{uns .}}" if int(number) < 0 else "{{many64 .}}"
    assert "wrong type for value" in refusal(text, value)


@pytest.mark.parametrize("text", ["{{ $x = 1 }}", "{{ if $x = 1 }}{{ end }}", "{{ range $x = . }}{{ end }}"])
def test_a_variable_is_declared_before_it_is_assigned(text: str) -> None:
    """Go reads such a template, and refuses to execute it."""
    assert refusal(text, ["a"]).endswith("undefined variable: $x")
