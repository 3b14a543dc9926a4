"""Texts by the verbs of `fmt` (p).

Source: https://pkg.go.dev/fmt#hdr-Printing
"""

from __future__ import annotations

from strongroom.template.formatting.directive import Directive
from strongroom.template.formatting.quoting import can_be_raw, quoted
from strongroom.template.values import data_of


def string_text(value: str, verb: str, directive: Directive) -> str | None:
    """A text; None if the verb isn't for texts."""
    match verb:
        case "v" if directive.syntax:
            return _quoted(value, directive)
        case "v" | "s":
            return directive.padded(value[: directive.precision])
        case "q":
            return _quoted(value, directive)
        case "x":
            return bytes_text(data_of(value), directive)
        case "X":
            return bytes_text(data_of(value), directive).upper()
        case _:
            return None


def bytes_text(data: bytes, directive: Directive) -> str:
    """The bytes in hexadecimal digits."""
    data = data[: directive.precision]
    start = "0x" if directive.sharp and data else ""
    digits = data.hex(" ") if directive.space and data else data.hex()
    if directive.sharp:
        digits = digits.replace(" ", " 0x")
    return directive.padded(start + digits)


def _quoted(value: str, directive: Directive) -> str:
    value = value[: directive.precision]
    if directive.sharp and can_be_raw(value):
        return directive.padded(f"`{value}`")
    return directive.padded(quoted(value, ascii_only=directive.plus))
