"""Splits a template into text and actions, and an action into tokens (pure).

Source: https://pkg.go.dev/text/template#hdr-Text_and_spaces, https://go.dev/ref/spec#String_literals
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, TypeAlias

from strongroom.lib.go_template.errors import unparsable

_SPACE: Final = " \t\r\n"
_OPEN, _CLOSE = "{{", "}}"
_CLOSING = re.compile(r"[ \t\r\n]*\}\}|[ \t\r\n]+-\}\}")
_COMMENT_END = re.compile(r"\*/([ \t\r\n]-)?\}\}")
_TOKEN = re.compile(
    r"[ \t\r\n]+"
    r'|(?P<quoted>"(?:[^"\\\n]|\\[^\n])*")'
    r"|(?P<raw>`[^`]*`)"
    r"|(?P<number>[+-]?[0-9]+(?![\w.]))"
    r"|(?P<field>\.[^\W\d]\w*)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<symbol>[(|)])"
)
_ESCAPE = re.compile(
    rb'\\(?:x(?P<byte>[0-9a-fA-F]{2})|(?P<octal>[0-3][0-7]{2})|(?P<one>[abfnrtv\\"])'
    rb"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<bad>))"
)
_ONE = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1


class Token(NamedTuple):
    """A piece of an action.

    Args:
        kind: `text`, `number`, `field`, `name` or `symbol`.
        value: the bytes of a text, the number, or the name.
        at: where it begins, counted from 0.
    """

    kind: str
    value: bytes | int | str
    at: int


class Action(NamedTuple):
    """What is between `{{` and `}}`."""

    tokens: tuple[Token, ...]
    at: int


Piece: TypeAlias = str | Action


def pieces(text: str) -> list[Piece]:
    """The text and the actions of a template, without comments.  Raises `InvalidRequest`."""
    found: list[Piece] = []
    at = 0
    while (start := text.find(_OPEN, at)) >= 0:
        inside = start + len(_OPEN)
        trims = text[inside : inside + 1] == "-" and text[inside + 1 : inside + 2] in {*_SPACE}
        before = text[at:start]
        found.append(before.rstrip(_SPACE) if trims else before)
        inside += 2 if trims else 0
        if text.startswith("/*", inside):
            stars = text.find("*/", inside + 2)
            end = _COMMENT_END.match(text, stars) if stars >= 0 else None
            if end is None:
                raise unparsable(text, start, "a comment has no end before the closing delimiter")
        else:
            action, end = _action(text, start, inside)
            found.append(action)
        at = end.end()
        if text.startswith("-", end.end() - 3):
            at += len(text[at:]) - len(text[at:].lstrip(_SPACE))
    return [piece for piece in [*found, text[at:]] if piece != ""]


def _action(text: str, start: int, at: int) -> tuple[Action, re.Match[str]]:
    tokens: list[Token] = []
    while True:
        if closing := _CLOSING.match(text, at):
            return Action(tuple(tokens), start), closing
        if at >= len(text):
            raise unparsable(text, start, "unclosed action")
        token = _TOKEN.match(text, at)
        if token is None:
            raise unparsable(text, at, f"unexpected {text[at]!r} in an action")
        at = token.end()
        if token.lastgroup is not None:
            tokens.append(Token(*_read(text, token), token.start()))
            if token[0] not in {"(", "|"} and not _ends(text, at):
                raise unparsable(text, at, f"unexpected {text[at : at + 1]!r} behind {token[0][:32]!r}")


def _ends(text: str, at: int) -> bool:
    return text[at : at + 1] in {*_SPACE, "|", ")", ""} or text.startswith(_CLOSE, at)


def _read(text: str, token: re.Match[str]) -> tuple[str, bytes | int | str]:
    match token.lastgroup:
        case "quoted":
            return "text", _unquoted(text, token)
        case "raw":
            return "text", token[0][1:-1].replace("\r", "").encode()
        case "number":
            return "number", _number(text, token)
        case "field":
            return "field", token[0][1:]
    return str(token.lastgroup), token[0]


def _number(text: str, token: re.Match[str]) -> int:
    digits = token[0].lstrip("+-")
    if not digits.isascii() or (len(digits) > 1 and digits.startswith("0")):
        raise unparsable(
            text, token.start(), f"bad number {token[0][:32]}: expected decimal digits without a leading 0"
        )
    # A number of thousands of digits would cost time, or be refused by Python in words of its own.
    value = int(token[0]) if len(digits) <= 19 else _INT_MAX + 1
    if not _INT_MIN <= value <= _INT_MAX:
        raise unparsable(text, token.start(), f"integer overflow: {token[0][:32]}")
    return value


def _unquoted(text: str, token: re.Match[str]) -> bytes:
    def change(escape: re.Match[bytes]) -> bytes:
        if escape["one"]:
            return _ONE.get(escape["one"], escape["one"])
        if escape["byte"]:
            return bytes([int(escape["byte"], 16)])
        if escape["octal"]:
            return bytes([int(escape["octal"], 8)])
        code = escape["short"] or escape["long"]
        number = int(code, 16) if code else -1
        if number < 0 or number > 0x10FFFF or 0xD800 <= number < 0xE000:
            raise unparsable(text, token.start(), "invalid escape in a quoted text")
        return chr(number).encode()

    return _ESCAPE.sub(change, token[0][1:-1].encode())
