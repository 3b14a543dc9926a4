"""What a request's field has to become, from the loosely typed JSON of Vault's clients (pure).

`"true"`, `1` and `true` are booleans; `"1h"`, `"3600"` and `3600` are durations; `"a,b"` and `["a","b"]` are lists;
null and `""` stand for the type's zero.
"""

from __future__ import annotations

import math
import re
from typing import Any

from strongroom.lib.durations import parse_duration_s
from strongroom.lib.errors import InvalidRequest


class FieldError(Exception):
    """A value doesn't fit a field's type.  The text says why, in Vault's words."""


_GO_KINDS = {str: "string", bool: "bool", int: "json.Number", float: "json.Number", list: "[]interface {}"}


def _kind(value: Any) -> str:
    return _GO_KINDS.get(type(value), "map[string]interface {}")


def _unconvertible(wanted: str, value: Any) -> FieldError:
    return FieldError(f"'' expected type '{wanted}', got unconvertible type '{_kind(value)}'")


def to_text(value: Any) -> str:
    """A text from a text, number or boolean."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case int() | float():
            return repr(value)
    raise _unconvertible("string", value)


def to_int(value: Any) -> int:
    """A whole number from a number, a numeric text or a boolean."""
    match value:
        case None | "":
            return 0
        case int():
            return _bounded(int(value))
        case str():
            if _WHOLE.fullmatch(value):
                # Python refuses to parse thousands of digits.  Such a number is out of range anyway.
                return _bounded(_whole(value) if len(value) <= _MOST_DIGITS else 2**63)
        case float():
            pass
        case _:
            raise _unconvertible("int", value)
    raise FieldError("'' cannot parse value as 'int': strconv.ParseInt: invalid syntax")


_MOST_DIGITS = 1000
_WHOLE = re.compile(r"[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?[0-9])*)")
"""Source: https://pkg.go.dev/strconv#ParseInt, with base 0."""


def _whole(text: str) -> int:
    digits = text.lstrip("+-")
    # Go takes a leading zero for base 8, which Python only reads with its letter.
    value = int(digits, 8 if digits[:1] == "0" and digits[1:2] not in {"x", "X", "b", "B"} else 0)
    return -value if text.startswith("-") else value


def _bounded(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise FieldError("'' cannot parse value as 'int': strconv.ParseInt: value out of range")
    return value


def to_float(value: Any) -> float:
    """A number from a number, a numeric text or a boolean; never infinite, and never no number."""
    match value:
        case None | "":
            return 0.0
        case int() | float():
            text = repr(float(value)) if isinstance(value, float) or abs(value) < 2**1023 else "inf"
        case str():
            text = value
        case _:
            raise _unconvertible("float64", value)
    if len(text) > _MOST_DIGITS or _NUMBER.fullmatch(text) is None:
        raise FieldError("'' cannot parse value as 'float64': strconv.ParseFloat: invalid syntax")
    number = float(text)
    if not math.isfinite(number):
        raise FieldError("'' cannot parse value as 'float64': strconv.ParseFloat: value out of range")
    return number


_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?", re.ASCII)
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"", "0", "f", "F", "false", "FALSE", "False"})


def to_bool(value: Any) -> bool:
    """A boolean from a boolean, a number or one of the texts that Go accepts."""
    match value:
        case None:
            return False
        case bool():
            return value
        case int() if value in {0, 1}:
            return value == 1
        case int() | float():
            raise FieldError("'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax")
        case str():
            if value in _TRUE:
                return True
            if value in _FALSE:
                return False
            raise FieldError("'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax")
    raise _unconvertible("bool", value)


def to_signed_seconds(value: Any) -> int:
    """Seconds from a duration text or a number."""
    try:
        # A fraction must have a unit, as in "1.5h", because Go parses the digits as a string.
        return parse_duration_s(repr(value) if isinstance(value, float) else value)
    except InvalidRequest as error:
        raise FieldError(error.text) from error


def to_seconds(value: Any) -> int:
    """Seconds, not negative."""
    seconds = to_signed_seconds(value)
    if seconds < 0:
        raise FieldError(f"cannot provide negative value '{seconds}'")
    return seconds


def to_given_seconds(value: Any) -> int:
    """Seconds, not negative; not an empty text."""
    if isinstance(value, str) and not value.strip():
        raise FieldError("the duration is empty; 0 says none")
    return to_seconds(value)


def to_list(value: Any) -> list[str]:
    """A list from a list, or from a text with commas; items are trimmed."""
    match value:
        case None | "":
            return []
        case dict() if not value:
            return []
        case str():
            return [item.strip() for item in value.split(",")]
        case list():
            return [_item(index, item) for index, item in enumerate(value)]
        case _:
            return [_item(0, value)]


def _item(index: int, value: Any) -> str:
    if isinstance(value, (dict, list)):
        shown = "map[" + " ".join(f"{k}:{v}" for k, v in value.items()) + "]" if isinstance(value, dict) else value
        raise FieldError(
            "1 error(s) decoding:\n\n"
            f"* '[{index}]' expected type 'string', got unconvertible type '{_kind(value)}', value: '{shown}'"
        )
    return to_text(value).strip()


def to_plain_list(value: Any) -> list[str]:
    """A list from a list.  A single string becomes a list of one, even if it contains commas."""
    match value:
        case None | "":
            return []
        case dict() if not value:
            return []
        case list():
            return [_item(index, item) for index, item in enumerate(value)]
        case _:
            return [_item(0, value)]


def to_int_list(value: Any) -> list[int]:
    """A list of whole numbers from a list, or from a text with commas."""
    match value:
        case None | "":
            return []
        case str():
            items: list[Any] = value.split(",")
        case list():
            items = value
        case _:
            items = [value]
    return [_int_item(index, item) for index, item in enumerate(items)]


def _int_item(index: int, value: Any) -> int:
    try:
        return to_int(value)
    except FieldError as error:
        reason = str(error).removeprefix("''")
        raise FieldError(f"decoding failed due to the following error(s):\n\n'[{index}]'{reason}") from error


def to_map(value: Any) -> dict[str, Any]:
    """A JSON object."""
    match value:
        case None:
            return {}
        case dict():
            return value
        case list():
            return _joined(value)
    raise _unconvertible("map[string]interface {}", value)


def _joined(items: list[Any]) -> dict[str, Any]:
    """Merge a list of objects into one."""
    joined: dict[str, Any] = {}
    for index, item in enumerate(items):
        if isinstance(item, dict):
            joined |= item
        elif item is not None and item != []:
            raise FieldError(
                f"'[{index}]' expected type 'map[string]interface {{}}', got unconvertible type '{_kind(item)}'"
            )
    return joined


def to_string_map(value: Any) -> dict[str, str]:
    """Names to texts, from an object or from `name=text` items."""
    if isinstance(value, list) and all(item is None or isinstance(item, dict) for item in value):
        value = to_map(value)
    if isinstance(value, dict):
        out = {}
        for name, item in value.items():
            if isinstance(item, (dict, list)):
                raise FieldError(f"'[{name}]' expected type 'string', got unconvertible type '{_kind(item)}'")
            out[name] = to_text(item)
        return out
    out = {}
    for index, pair in enumerate([""] if value == "" else to_list(value)):
        name, sign, text = pair.partition("=")
        if not sign:
            raise FieldError(f"invalid key pair at index {index}")
        out[name] = text
    return out
