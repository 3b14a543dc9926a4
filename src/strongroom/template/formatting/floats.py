"""Floating-point numbers by the verbs of `fmt` (p).

Source: https://pkg.go.dev/fmt#hdr-Printing, https://pkg.go.dev/strconv#FormatFloat
"""

from __future__ import annotations

import math
import struct
from typing import Final

from strongroom.template.formatting.directive import Directive
from strongroom.template.formatting.shortest import format_float

_SIX: Final = 6
"""The precision of most verbs."""
_MANTISSA_BITS: Final = 52
_EXPONENT_BIAS: Final = 1075
"""Of a mantissa that is an integer."""


def float_text(value: float, verb: str, directive: Directive) -> str | None:
    """A number; None if the verb isn't for such."""
    if verb == "v":
        verb = "g"
    if verb == "F":
        verb = "f"
    if len(verb) != 1 or verb not in "bgGxXfeE":
        return None
    precision = directive.precision
    if precision is None:
        precision = _SIX if verb in "feE" else -1
    number = _unsigned_text(abs(value), verb, precision)
    negative = math.copysign(1.0, value) < 0 and not math.isnan(value)
    sign = "-" if negative else " " if directive.space and not directive.plus else "+"
    if not math.isfinite(value):
        shown = math.isinf(value) or directive.space or directive.plus
        return directive.padded(sign + number if shown else number, zeros=False)
    if directive.sharp and verb != "b":
        number = _with_point(number, verb, precision)
    if not directive.plus and sign == "+":
        return directive.padded(number)
    if directive.zero and not directive.minus:
        return sign + number.rjust(directive.width - 1, "0")
    return directive.padded(sign + number)


def _unsigned_text(value: float, verb: str, precision: int) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Inf"
    if verb == "b":
        return _binary(value)
    if verb in "xX":
        text = _hexadecimal(value, precision)
    elif precision < 0:
        text = format_float(value)
    else:
        text = f"%.{precision}{verb.lower()}" % value
    return text.upper() if verb.isupper() else text


def _parts(value: float) -> tuple[int, int]:
    """A mantissa that is an integer, and the power of two that it is multiplied with."""
    (bits,) = struct.unpack("<Q", struct.pack("<d", value))
    exponent, mantissa = divmod(bits, 1 << _MANTISSA_BITS)
    if exponent:
        mantissa |= 1 << _MANTISSA_BITS
    return mantissa, max(exponent, 1) - _EXPONENT_BIAS


def _binary(value: float) -> str:
    mantissa, exponent = _parts(value)
    return f"{mantissa}p{exponent:+d}"


def _hexadecimal(value: float, precision: int) -> str:
    """A number as `0x1.8p+00`, rounded to so many digits behind the point; all that it has if negative."""
    mantissa, exponent = _parts(value)
    if mantissa == 0:
        exponent = 0
    else:
        shift = _MANTISSA_BITS + 1 - mantissa.bit_length()
        mantissa <<= shift
        exponent += _MANTISSA_BITS - shift
    digits = _MANTISSA_BITS // 4
    if 0 <= precision < digits:
        drop = 4 * (digits - precision)
        mantissa = _rounded(mantissa, drop)
        if mantissa >> (_MANTISSA_BITS - drop) > 1:
            mantissa >>= 1
            exponent += 1
        mantissa <<= drop
    whole, rest = divmod(mantissa, 1 << _MANTISSA_BITS)
    fraction = f"{rest:0{digits}x}"
    fraction = fraction.rstrip("0") if precision < 0 else fraction.ljust(precision, "0")[:precision]
    return f"0x{whole}{'.' if fraction else ''}{fraction}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _rounded(mantissa: int, drop: int) -> int:
    """A mantissa without its last bits, rounded to even."""
    kept, rest = divmod(mantissa, 1 << drop)
    half = 1 << (drop - 1)
    return kept + (rest > half or (rest == half and kept & 1))


def _with_point(number: str, verb: str, precision: int) -> str:
    """What the sharp sign makes of a number: a point, and the zeros that end it."""
    wanted = (_SIX if precision < 0 else precision) if verb in "gGx" else 0
    marks = "pP" if verb in "xX" else "eE"
    end = next((at for at, each in enumerate(number) if each in marks), len(number))
    body, tail = number[:end], number[end:]
    significant = body.replace(".", "").lstrip("0")
    wanted -= len(significant)
    if "." not in body:
        wanted -= body == "0"
        body += "."
    return body + "0" * max(wanted, 0) + tail
