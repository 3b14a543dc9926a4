"""What functions give to the arguments of which Go's programs have told the result.

The files in `tests/vectors/template/functions/` hold for each call the function's name, its arguments and the result.
They were asked of the template package of OpenBao's agent 2.7.2, with the versions of sprig, YAML, TOML and the rest
that it is built of.  A map with one key stands for a value that JSON doesn't have:

    {"$raw": base64}      a text that isn't UTF-8      {"$bytes": base64}    []byte
    {"$uint": 1}          uint64                       {"$number": "1"}      json.Number
    {"$float": "NaN"}     a float                      {"$time": "..."}      time.Time
    {"$strings": [...]}   []string, an argument        {"$int64": 1}         int64, an argument
    {"$fails": true}      an error, a result
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions.maps import OwnMap
from strongroom.template.values import Number, Unsigned, text_of
from tests.unit.template.functions.calls import call

VECTORS = Path(__file__).parents[3] / "vectors" / "template" / "functions"
FAILED = "fails"
MARKS: Mapping[str, Callable[[Any], Any]] = {
    "$raw": lambda value: text_of(b64decode(value)),
    "$bytes": b64decode,
    "$uint": Unsigned,
    "$number": Number,
    "$float": float,
    "$time": datetime.fromisoformat,
    "$strings": list,
    "$int64": int,
    "$fails": lambda _: FAILED,
}
NEEDS = {"patterns": "re2", "yaml": "yaml"}


def read(value: Any) -> Any:
    """A value of a file."""
    if isinstance(value, list):
        return [read(item) for item in value]
    if not isinstance(value, dict):
        return value
    mark = next(iter(value), "") if len(value) == 1 else ""
    return MARKS[mark](value[mark]) if mark in MARKS else OwnMap((key, read(item)) for key, item in value.items())


def outcome(name: str, arguments: list[Any]) -> Any:
    """What comes of a call: the value, or that it failed."""
    try:
        return call(name, *arguments)
    except FunctionFailed:
        return FAILED


def told(value: Any) -> str:
    """A value with the types within it, so that 1 is neither 1.0 nor true."""
    if isinstance(value, list):
        return f"[{', '.join(map(told, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {told(value[key])}' for key in sorted(value))}}}"
    if isinstance(value, datetime):
        return f"time {value.timestamp()!r}"
    return f"{type(value).__name__} {value!r}"


@pytest.mark.usefixtures("whole_passwords")
@pytest.mark.parametrize("path", sorted(VECTORS.rglob("*.json")), ids=lambda path: path.stem)
def test_results_are_the_peers(path: Path) -> None:
    """Each call gives the value that Go's gives, of the same type, or fails as that does."""
    pytest.importorskip(NEEDS.get(path.stem, "json"))
    differing = {}
    for name, arguments, result in json.loads(path.read_text(encoding="ascii")):
        ours, theirs = told(outcome(name, list(map(read, arguments)))), told(read(result))
        if ours != theirs:
            differing[f"{name} {arguments}"] = f"{ours} instead of {theirs}"
    assert differing == {}
