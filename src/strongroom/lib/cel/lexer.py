"""Splits an expression into tokens (p).

Source: https://github.com/cel-expr/cel-spec/blob/master/doc/langdef.md#syntax
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from strongroom.lib.cel.errors import CelError
from strongroom.lib.cel.values import INT_MAX, UINT_MAX, Uint

_SKIPPED = re.compile(r"(?:[ \t\r\n\f]+|//[^\n]*)+")
_NUMBER = re.compile(
    r"(?P<float>(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)"
    r"|(?P<hex>0[xX][0-9a-fA-F]+)(?P<hexu>[uU]?)"
    r"|(?P<int>\d+)(?P<intu>[uU]?)"
)
_IDENTIFIER = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_QUOTED_NAME = re.compile(r"`([_a-zA-Z0-9./ -]+)`")
_TEXT = re.compile(r"(?P<prefix>[bB][rR]?|[rR][bB]?)?(?P<quote>\"\"\"|'''|\"|')")
_SYMBOLS = ("==", "!=", "<=", ">=", "&&", "||", *"()[]{}.,:?!<>+-*/%")
_ESCAPE = re.compile(
    r"\\(?:x|X)(?P<byte>[0-9a-fA-F]{2})|\\u(?P<short>[0-9a-fA-F]{4})|\\U(?P<long>[0-9a-fA-F]{8})"
    r"|\\(?P<octal>[0-3][0-7]{2})|\\(?P<one>[abfnrtv\\?\"'`])|(?P<bad>\\)"
)
_ONE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Token(NamedTuple):
    """A piece of the text.

    Args:
        kind: `name`, `quoted` (a name in backquotes), `value`, `symbol` or `end`.
        value: the name, the symbol, or the literal's value.
        at: where it begins, counted from 0.
    """

    kind: str
    value: Any
    at: int


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, and one for its end.  Raises `CelError`."""
    found: list[Token] = []
    at = 0
    while True:
        if skipped := _SKIPPED.match(text, at):
            at = skipped.end()
        if at == len(text):
            return [*found, Token("end", None, at)]
        token, at = _token(text, at)
        found.append(token)


def error(text: str, at: int, reason: str) -> CelError:
    """An error with its place: line and column, counted from 1."""
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    return CelError(f"line {line}, column {column}: {reason}")


def _token(text: str, at: int) -> tuple[Token, int]:
    if opening := _TEXT.match(text, at):
        value, end = _text(text, opening)
        return Token("value", value, at), end
    if name := _IDENTIFIER.match(text, at):
        return Token("name", name[0], at), name.end()
    if quoted := _QUOTED_NAME.match(text, at):
        return Token("quoted", quoted[1], at), quoted.end()
    if number := _NUMBER.match(text, at):
        if _IDENTIFIER.match(text, number.end()):
            raise error(text, at, "a number is followed by a letter")
        return Token("value", _number(text, at, number), at), number.end()
    for symbol in _SYMBOLS:
        if text.startswith(symbol, at):
            return Token("symbol", symbol, at), at + len(symbol)
    raise error(text, at, f"{text[at]!r} can't stand here")


def _number(text: str, at: int, number: re.Match[str]) -> Any:
    if number["float"]:
        return float(number["float"])
    digits = number["hex"] or number["int"]
    if len(digits) > 25:
        raise error(text, at, "the number is too large")
    value = int(digits, 16 if number["hex"] else 10)
    if number["hexu"] or number["intu"]:
        if value > UINT_MAX:
            raise error(text, at, "the number is too large")
        return Uint(value)
    if value > INT_MAX + 1:  # one more, for the smallest number, which has a minus before it
        raise error(text, at, "the number is too large")
    return value


def _text(text: str, opening: re.Match[str]) -> tuple[Any, int]:
    prefix, quote = (opening["prefix"] or "").lower(), opening["quote"]
    start = at = opening.end()
    while True:
        if at >= len(text) or (len(quote) == 1 and text[at] == "\n"):
            raise error(text, opening.start(), "the text has no end")
        if text.startswith(quote, at):
            break
        at += 2 if text[at] == "\\" and "r" not in prefix else 1
    content = text[start:at]
    as_bytes = "b" in prefix
    if "r" in prefix:
        value: Any = content.encode() if as_bytes else content
    else:
        value = _unescaped(text, start, content, as_bytes=as_bytes)
    return value, at + len(quote)


def _unescaped(text: str, start: int, content: str, *, as_bytes: bool) -> Any:
    pieces: list[bytes] = []
    done = 0
    for escape in _ESCAPE.finditer(content):
        pieces.append(_encoded(content[done : escape.start()]))
        done = escape.end()
        code = escape["byte"] or escape["short"] or escape["long"]
        number = int(code, 16) if code else int(escape["octal"], 8) if escape["octal"] else -1
        if escape["bad"] or (as_bytes and (escape["short"] or escape["long"])):
            raise error(text, start + escape.start(), "there is no such escape")
        if escape["one"]:
            pieces.append(_ONE.get(escape["one"], escape["one"]).encode())
        elif as_bytes:
            pieces.append(bytes([number]))
        elif number > 0x10FFFF or 0xD800 <= number < 0xE000:
            raise error(text, start + escape.start(), "there is no such character")
        else:
            pieces.append(chr(number).encode())
    pieces.append(_encoded(content[done:]))
    whole = b"".join(pieces)
    return whole if as_bytes else whole.decode()


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise CelError("the expression is no UTF-8") from None
