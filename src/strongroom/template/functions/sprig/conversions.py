"""Numbers and texts from anything, as sprig converts its arguments (p).

Source: https://masterminds.github.io/sprig/conversion.html, https://pkg.go.dev/github.com/spf13/cast
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.numbers import (
    NotANumber,
    int_of_float,
    parse_float,
    parse_int,
    wrapped,
)
from strongroom.template.functions.go.printing import shown
from strongroom.template.types import is_list
from strongroom.template.values import text_of

_ZERO_DECIMAL = re.compile(r"\.0+\Z")


def integer(value: Any) -> int:
    """An integer; 0 of what is none.  A text may have a prefix such as `0x`."""
    if isinstance(value, int):
        return wrapped(value)
    if isinstance(value, float):
        return int_of_float(value)
    if not isinstance(value, str):
        return 0
    try:
        return parse_int(_ZERO_DECIMAL.sub("", value), 0)
    except NotANumber:
        return 0


def floating(value: Any) -> float:
    """A float; 0 of what is none."""
    if isinstance(value, (int, float)):
        return float(value)
    if not isinstance(value, str):
        return 0.0
    try:
        return parse_float(value)
    except NotANumber:
        return 0.0


def text(value: Any) -> str:
    """A text: bytes are one, all else as it is shown."""
    return text_of(value) if isinstance(value, bytes) else shown(value)


def texts(value: Any) -> list[str]:
    """The items of a list as texts, without nil; a single value is a list of one."""
    if isinstance(value, bytes):
        return [str(item) for item in value]
    if is_list(value):
        return [text(item) for item in value if item is not None]
    return [] if value is None else [text(value)]


def _atoi(value: str) -> int:
    try:
        return parse_int(value)
    except NotANumber:
        return 0


def _to_decimal(value: Any) -> int:
    """The number whose octal digits these are: `toDecimal` turns a file's mode, and that alone, into a decimal."""
    try:
        return parse_int(shown(value), 8)
    except NotANumber:
        return 0


_ANY = (Kind.ANY,)
FUNCTIONS: Mapping[str, Function] = {
    "atoi": Function(_atoi, (Kind.STRING,)),
    "float64": Function(floating, _ANY),
    "int": Function(integer, _ANY),
    "int64": Function(integer, _ANY),
    "toDecimal": Function(_to_decimal, _ANY),
    "toString": Function(text, _ANY),
    "toStrings": Function(texts, _ANY),
}
