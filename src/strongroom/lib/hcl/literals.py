"""Converts the text of a token to its value."""

from __future__ import annotations

import math
import re

from strongroom.lib.hcl.errors import HclError
from strongroom.lib.hcl.nodes import Literal
from strongroom.lib.hcl.position import Position

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_SIMPLE_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
}
_CODED_ESCAPE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})")
_INTEGER = re.compile(r"-?[0-9]+")
_STRING_RUN = re.compile(r"[^\\$]+")


def number(text: str, pos: Position) -> Literal:
    """A number token: decimal, hexadecimal (`0x1F`), octal (`017`) or floating.

    Raises:
        HclError: it doesn't fit 64 bits, or is no octal number in spite of its leading zero.
    """
    digits = text.lstrip("-")
    base = 10
    if digits[:2] in {"0x", "0X"}:
        base = 16
    elif _INTEGER.fullmatch(text) and len(digits) > 1 and digits[0] == "0":
        base = 8
    elif not _INTEGER.fullmatch(text):
        return _floating(text, pos)
    if len(digits) > 70 or not _INT_MIN <= (value := _integer(text, base, pos)) <= _INT_MAX:
        raise HclError(pos, "expected a number of at most 64 bits, found a larger one")
    return Literal(value, pos, text)


def _integer(text: str, base: int, pos: Position) -> int:
    try:
        return int(text, base)
    except ValueError:
        raise HclError(pos, "expected an octal number after the leading zero, found a digit above 7") from None


def _floating(text: str, pos: Position) -> Literal:
    value = float(text)
    if not math.isfinite(value):
        raise HclError(pos, "expected a number of at most 64 bits, found a larger one")
    return Literal(value, pos, text)


def quoted(text: str, pos: Position) -> str:
    """The value of a string token, quotes included in `text`.

    Text in `${ … }` is kept unchanged, including escapes, as HCL keeps it for a later interpolation.

    Raises:
        HclError: an escape is unknown or names no character.
    """
    body = text[1:-1]
    if "\\" not in body:
        return body
    out: list[str] = []
    offset = 0
    while offset < len(body):
        if run := _STRING_RUN.match(body, offset):
            out.append(run[0])
            offset = run.end()
        elif body.startswith("${", offset):
            end = _interpolation_end(body, offset)
            out.append(body[offset:end])
            offset = end
        elif body[offset] == "$":
            out.append("$")
            offset += 1
        else:
            character, offset = _escape(body, offset + 1, pos)
            out.append(character)
    return "".join(out)


def _interpolation_end(body: str, start: int) -> int:
    """The offset after the `}` that closes the `${` at `start`.  Braces are counted as in the scanner."""
    braces, offset = 1, start + 2
    while braces:
        match body[offset]:
            case "\\":
                offset += 1
            case "{":
                braces += 1
            case "}":
                braces -= 1
        offset += 1
    return offset


def _escape(body: str, offset: int, pos: Position) -> tuple[str, int]:
    """The character of the escape at `offset` (after the backslash), and the offset after the escape."""
    if simple := _SIMPLE_ESCAPES.get(body[offset : offset + 1]):
        return simple, offset + 1
    coded = _CODED_ESCAPE.match(body, offset)
    if coded is None:
        raise HclError(pos, "a text with an unknown escape; a backslash itself is written as two")
    byte, octal = coded[1], coded[4]
    code = int(octal, 8) if octal else int(byte or coded[2] or coded[3], 16)
    if ((byte or octal) and code > 0x7F) or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code == 0:
        raise HclError(pos, "a text with an escape that names no character")
    return chr(code), coded.end()


def heredoc(text: str) -> str:
    """The value of a heredoc token.  It ends with a line feed, unless it is empty.

    After `<<-` the closing word's indentation is taken from every line, if every line has it; else nothing is.
    """
    opening, _, rest = text.partition("\n")
    body, _, closing = rest.rpartition("\n")
    value = f"{body}\n" if rest.count("\n") else ""
    indent = closing[: len(closing) - len(closing.lstrip(" \t"))]
    if not opening.startswith("<<-") or not indent:
        return value
    lines = value.split("\n")[:-1]
    if not all(line.startswith(indent) for line in lines):
        return value
    return "".join(f"{line[len(indent) :]}\n" for line in lines)
