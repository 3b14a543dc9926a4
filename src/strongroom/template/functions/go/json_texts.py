"""Go's package `encoding/json`: the bytes that its encoder writes, and what its decoder takes.

Source: https://pkg.go.dev/encoding/json
"""

from __future__ import annotations

import json
import math
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from strongroom.template.errors import FunctionFailed
from strongroom.template.formatting.shortest import format_float, shortest
from strongroom.template.functions.bounds import BoundedText, TooMuch, Visits
from strongroom.template.functions.go.layouts import RFC3339_NANO, format_time
from strongroom.template.functions.go.texts import valid
from strongroom.template.functions.maps import OwnMap
from strongroom.template.types import is_list, type_name
from strongroom.template.values import NilPointer, Number, Structure

_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED_ALWAYS = re.compile('["\\\\\x00-\x1f\u2028\u2029\ud800-\udfff]')
_ESCAPED_FOR_HTML = re.compile('["\\\\\x00-\x1f\u2028\u2029\ud800-\udfff<>&]')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_EXPONENT_FROM, _EXPONENT_BELOW = 21, -6


def decoded(text: str) -> Any:
    """`json.Unmarshal` into anything: all numbers are floats.

    Raises:
        FunctionFailed: it is no JSON.  The message says where, and has nothing of the text.
    """
    try:
        value = json.loads(
            text, parse_int=_float, parse_float=_float, parse_constant=_no_constant, object_pairs_hook=OwnMap
        )
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise FunctionFailed(f"invalid JSON: {error.msg[:1].lower()}{error.msg[1:]} at {at}") from None
    except RecursionError:
        raise TooMuch("invalid JSON: it is nested too deep") from None
    _check(value, Visits(), 0)
    return _readable(value) if _SURROGATES.search(text) or "\\u" in text else value


def encoded(value: Any, *, indent: str = "", for_html: bool = True) -> str:
    """`json.Marshal` or `json.MarshalIndent`, without a line end.

    Args:
        indent: of each level; an empty one writes all on one line.
        for_html: whether `<`, `>` and `&` are escaped, so that a page may contain the text.

    Raises:
        FunctionFailed: JSON has no such value.
    """
    writer = _Writer(indent, for_html=for_html)
    writer.write(value, 0)
    return writer.output.text()


class _Writer:
    def __init__(self, indent: str, *, for_html: bool) -> None:
        self.output = BoundedText()
        self._indent = indent
        self._escaped = _ESCAPED_FOR_HTML if for_html else _ESCAPED_ALWAYS
        self._steps = Visits()

    def write(self, value: Any, depth: int) -> None:
        self._steps.take(depth)
        match value:
            case Structure() if "String" in value.methods:
                self.output.add(self._text(getattr(value, value.methods["String"])()))
            case Structure():
                self._object(((name, getattr(value, attribute)) for name, attribute in value.fields.items()), depth)
            case Mapping():
                self._object(((key, value[key]) for key in sorted(value)), depth)
            case _ if is_list(value):
                self._all("[", (("", item) for item in value), "]", depth)
            case _:
                self.output.add(self._plain(value))

    def _object(self, items: Iterable[tuple[str, Any]], depth: int) -> None:
        colon = ": " if self._indent else ":"
        self._all("{", ((self._text(key) + colon, item) for key, item in items), "}", depth)

    def _all(self, start: str, items: Iterable[tuple[str, Any]], end: str, depth: int) -> None:
        line = "\n" + self._indent * (depth + 1) if self._indent else ""
        self.output.add(start)
        count = 0
        for key, item in items:
            self.output.add(("," if count else "") + line + key)
            self.write(item, depth + 1)
            count += 1
        self.output.add((line[: -len(self._indent)] if line and count else "") + end)

    def _plain(self, value: Any) -> str:
        match value:
            case None | NilPointer():
                return "null"
            case bool():
                return "true" if value else "false"
            case Number():
                return _number(value)
            case str():
                return self._text(value)
            case bytes():
                return f'"{b64encode(value).decode()}"'
            case float():
                return _float_text(value)
            case datetime():
                return f'"{format_time(value, RFC3339_NANO)}"'
            case int():
                return str(int(value))
            case _:
                raise FunctionFailed(f"json: unsupported type: {type_name(value)}")

    def _text(self, text: str) -> str:
        return f'"{self._escaped.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character >= "\ud800":  # a byte that isn't UTF-8
        return "\\ufffd"
    return _ESCAPED.get(character) or f"\\u{ord(character):04x}"


def _number(value: Number) -> str:
    if value and not _NUMBER.fullmatch(value):
        raise FunctionFailed("json: invalid number literal")
    return str(value) or "0"


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        raise FunctionFailed(f"json: unsupported value: {format_float(value)}")
    power = shortest(value)[1]
    if value == 0 or _EXPONENT_BELOW <= power < _EXPONENT_FROM:
        return format_float(value, "f")
    return re.sub(r"e-0([0-9])$", r"e-\1", format_float(value, "e"))


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise FunctionFailed("invalid JSON: a number is out of range")
    return value


def _no_constant(_name: str) -> NoReturn:
    raise FunctionFailed("invalid JSON: it has a number that isn't finite")


def _check(value: Any, steps: Visits, depth: int) -> None:
    steps.take(depth)
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            _check(item, steps, depth + 1)


def _readable(value: Any) -> Any:
    """The value with U+FFFD for what is no character, such as half of a surrogate pair."""
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return OwnMap((valid(key), _readable(item)) for key, item in value.items()) if isinstance(value, dict) else value
