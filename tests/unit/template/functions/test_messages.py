"""What functions say when they fail, and what they don't say."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from strongroom.template.errors import FunctionFailed
from tests.unit.template.functions.calls import call

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("base64Decode", ("aGVs!",), "base64Decode: illegal base64 data at input byte 4"),
        ("parseInt", ("x",), "parseInt: invalid syntax"),
        ("parseUint", ("99999999999999999999",), "parseUint: value out of range"),
        ("divide", (0, 1), "runtime error: integer divide by zero"),
        ("add", ("1", 2), "add: unknown type for a value (string)"),
        ("loop", (1.5,), "loop: bad argument type: float64"),
        ("loop", (), "loop: wrong number of arguments, expected 1 or 2, but got 0"),
        ("timestamp", ("a", "b"), "timestamp: wrong number of arguments, expected 0 or 1, but got 2"),
        ("indent", (-1, "a"), "indent value must be a positive integer"),
        ("parseJSON", ('{"a": }',), "invalid JSON: expecting value at line 1, column 7"),
        ("toJSON", (float("nan"),), "toJSON: json: unsupported value: NaN"),
        ("parseYAML", ("a: b: c",), "yaml: mapping values are not allowed in this context at line 1, column 5"),
        ("parseYAML", ("a: *b",), "yaml: unknown anchor 'b' referenced"),
        ("toTOML", ([{"a": 1}],), "toTOML: top-level values must be Go maps or structs"),
        ("sprig_fail", ("no way",), "no way"),
        ("sprig_first", ("x",), "Cannot find first on type string"),
        ("sprig_semver", ("x",), "invalid semantic version"),
        ("sprig_urlParse", ("http://a b/",), "unable to parse url: invalid character in host name"),
        ("sprig_divf", (1, 0), "decimal division by 0"),
    ],
)
def test_messages(name: str, arguments: tuple[Any, ...], text: str) -> None:
    """They are those of Go's programs, or say more where those say little."""
    with pytest.raises(FunctionFailed) as caught:
        call(name, *arguments)
    assert caught.value.text == text


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("parseInt", (SECRET,)),
        ("parseFloat", (SECRET,)),
        ("parseBool", (SECRET,)),
        ("add", (SECRET, 1)),
        ("base64Decode", (SECRET,)),
        ("parseJSON", (SECRET,)),
        ("parseYAML", (f"a: {{{SECRET}",)),
        ("parseYAML", (f"!!int {SECRET}",)),
        ("sprig_semver", (SECRET,)),
        ("sprig_semverCompare", (SECRET, "1")),
        ("sprig_mustToDate", ("2006", SECRET)),
        ("sprig_mustDateModify", (SECRET, None)),
        ("sprig_urlParse", (f"http://u:{SECRET}@[/",)),
        ("sprig_htpasswd", (f"a:{SECRET}", "x")),
    ],
)
def test_messages_have_no_secret(name: str, arguments: tuple[Any, ...]) -> None:
    """An error goes to the log, and the argument may be what the template was to keep."""
    with pytest.raises(FunctionFailed) as caught:
        call(name, *arguments)
    assert SECRET not in caught.value.text
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        ("re2", "regexMatch", ("absent", "x")),
        ("re2", "sprig_regexMatch", ("absent", "x")),
        ("yaml", "parseYAML", ("a: 1",)),
        ("yaml", "toYAML", ({"a": 1},)),
        ("bcrypt", "sprig_bcrypt", ("x",)),
    ],
)
def test_an_absent_package_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str, name: str, arguments: tuple[Any, ...]
) -> None:
    """Whoever needs one of the optional packages is told which extra brings it."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(FunctionFailed, match="install the extra `agent`"):
        call(name, *arguments)


def test_values_are_shown_with_their_types() -> None:
    """The form of `spew_sdump`."""
    assert call("spew_sdump", {"b": [1, "x"], "a": None}, 2.5) == (
        "(map[string]interface {}) (len=2) {\n"
        ' (string) (len=1) "a": (interface {}) <nil>,\n'
        ' (string) (len=1) "b": ([]interface {}) (len=2) {\n'
        "  (int) 1,\n"
        '  (string) (len=1) "x"\n'
        " }\n"
        "}\n"
        "(float64) 2.5\n"
    )
