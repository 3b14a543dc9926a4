"""Conversions between kinds of values.

Source: https://github.com/cel-expr/cel-spec/blob/master/doc/langdef.md#type-conversion-functions
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from strongroom.lib.cel import times
from strongroom.lib.cel.errors import CelError, no_overload
from strongroom.lib.cel.operators import moment, unsigned, whole
from strongroom.lib.cel.values import NANOSECONDS, Duration, Timestamp, Uint, type_of

_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:[iI]nf(?:inity)?)|[nN]a[nN]", re.ASCII)
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_LONGEST_NUMBER = 100


def _wrong(value: Any, to: str) -> CelError:
    return CelError(f"type conversion error from '{type_of(value)}' to '{to}'")


def to_int(value: Any) -> int:
    """Raises `CelError`."""
    match value:
        case bool():
            raise no_overload()
        case int():
            return whole(int(value))
        case float():
            if math.isnan(value) or not -(2.0**63) < value < 2.0**63:
                raise CelError("integer overflow")
            return whole(int(value))
        case str():
            if not _INTEGER.fullmatch(value):
                raise _wrong(value, "int")
            return whole(int(value))
        case Timestamp():
            return value.ns // NANOSECONDS
        case Duration():
            return value.ns
    raise no_overload()


def to_uint(value: Any) -> Uint:
    """Raises `CelError`."""
    match value:
        case bool():
            raise no_overload()
        case int():
            return unsigned(value)
        case float():
            if math.isnan(value) or not 0 <= value < 2.0**64:
                raise CelError("unsigned integer overflow")
            return unsigned(int(value))
        case str():
            if not _INTEGER.fullmatch(value) or value[0] in "+-":
                raise _wrong(value, "uint")
            return unsigned(int(value))
    raise no_overload()


def to_double(value: Any) -> float:
    """Raises `CelError`."""
    match value:
        case bool():
            raise no_overload()
        case int() | float():
            return float(value)
        case str():
            if len(value) > _LONGEST_NUMBER or not _FLOAT.fullmatch(value):
                raise _wrong(value, "double")
            return float(value)
    raise no_overload()


def to_string(value: Any) -> str:
    """Raises `CelError`."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
        case float():
            return _float_text(value)
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                raise CelError("invalid UTF-8 in bytes, cannot convert to string") from None
        case Timestamp():
            return times.timestamp_text(value)
        case Duration():
            return times.duration_text(value)
    raise no_overload()


def _float_text(value: float) -> str:
    """The shortest text, in the notation of Go's `%g`: an exponent below 1e-4 and from 1e6 on.

    Source: https://pkg.go.dev/strconv#FormatFloat
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    exact = Decimal(repr(value)).normalize()
    exponent = exact.adjusted()
    if not exact or -4 <= exponent < 6:
        return f"{exact:f}"
    return f"{exact.scaleb(-exponent):f}e{exponent:+03}"


def to_bool(value: Any) -> bool:
    """Raises `CelError`."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise _wrong(value, "bool")
    raise no_overload()


def to_bytes(value: Any) -> bytes:
    """Raises `CelError`."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            raise _wrong(value, "bytes") from None
    raise no_overload()


def to_timestamp(value: Any) -> Timestamp:
    """Raises `CelError`."""
    match value:
        case Timestamp():
            return value
        case str():
            return times.timestamp(value)
        case bool() | Uint():
            raise no_overload()
        case int():
            return moment(value * NANOSECONDS)
    raise no_overload()


def to_duration(value: Any) -> Duration:
    """Raises `CelError`."""
    match value:
        case Duration():
            return value
        case str():
            return times.duration(value)
        case bool() | Uint():
            raise no_overload()
        case int():
            return Duration(value)
    raise no_overload()
