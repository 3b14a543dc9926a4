"""Integers by the verbs of `fmt` (p).

Source: https://pkg.go.dev/fmt#hdr-Printing
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.template.formatting.directive import Directive
from strongroom.template.formatting.quoting import MOST_CODE, character, quoted_character

_BASES: Final[Mapping[str, int]] = {"d": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_LETTERS: Final[Mapping[int, str]] = {2: "b", 8: "o", 10: "d", 16: "x"}
_CODE_DIGITS: Final = 4
_WORD: Final = 2**64


def integer_text(value: int, verb: str, directive: Directive, *, signed: bool = True) -> str | None:
    """An integer; None if the verb isn't for integers."""
    if verb == "v":
        if directive.syntax and not signed:
            return in_base(value, 16, directive, prefix=True)
        return in_base(value, 10, directive, prefix=directive.sharp)
    if verb in _BASES:
        return in_base(value, _BASES[verb], directive, prefix=directive.sharp, verb=verb)
    if verb == "c":
        return directive.padded(character(value))
    if verb == "q":
        return directive.padded(quoted_character(value, ascii_only=directive.plus))
    return _code_point(value, directive) if verb == "U" else None


def in_base(value: int, base: int, directive: Directive, *, prefix: bool, verb: str = "v") -> str:
    """An integer in one of the bases 2, 8, 10 and 16.

    Args:
        prefix: whether what tells the base stands before it.
    """
    negative = value < 0
    digits = format(abs(value), _LETTERS[base])
    least = 0
    if directive.precision is not None:
        least = directive.precision
        if least == 0 and value == 0:
            return " " * directive.width
    elif directive.zero and not directive.minus:
        least = directive.width - (negative or directive.plus or directive.space)
    digits = digits.rjust(least, "0")
    if prefix:
        digits = {2: f"0b{digits}", 8: digits if digits.startswith("0") else f"0{digits}", 16: f"0x{digits}"}.get(
            base, digits
        )
    if verb == "O":
        digits = f"0o{digits}"
    if verb == "X":
        digits = digits.upper()
    sign = "-" if negative else "+" if directive.plus else " " if directive.space else ""
    return directive.padded(sign + digits, zeros=False)


def _code_point(value: int, directive: Directive) -> str:
    code = value % _WORD
    text = f"U+{format(code, 'X').rjust(max(_CODE_DIGITS, directive.precision or 0), '0')}"
    if directive.sharp and code <= MOST_CODE and chr(code).isprintable():
        text += f" '{chr(code)}'"
    return directive.padded(text, zeros=False)
