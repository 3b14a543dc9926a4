"""Statements of MySQL and MariaDB: cut at semicolons, and filled with names and passwords (pure).

Both need to know what is text in quotes, and what is a comment.  A value is written into quotes in such a way that it
stays within them; elsewhere only values of plain characters are taken.

Source: https://dev.mysql.com/doc/refman/8.4/en/string-literals.html, https://mariadb.com/kb/en/comment-syntax/
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping

import msgspec

from strongroom.sdk import InvalidRequest

MOST = 256
"""How many statements a list may have."""


class Quoting(msgspec.Struct, frozen=True):
    """What the server's `sql_mode` says about quotes."""

    ansi_quotes: bool = False
    """Whether `"` is around names."""
    no_backslash_escapes: bool = False


class Context(enum.Enum):
    """What a piece of a statement is."""

    BARE = "bare"
    SINGLE = "'"
    DOUBLE = '"'
    NAME = "`"
    COMMENT = "comment"


Piece = tuple[Context, str]
Statement = tuple[Piece, ...]

_OPENING = {"'": Context.SINGLE, '"': Context.DOUBLE, "`": Context.NAME}
_COMPOUND = re.compile(
    r"\s*(?:BEGIN\s+NOT\s+ATOMIC|(?:CREATE|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:DEFINER\s*=\s*\S{1,256}\s+)?(?:AGGREGATE\s+)?"
    r"(?:PROCEDURE|FUNCTION|TRIGGER|EVENT|PACKAGE))\b",
    re.IGNORECASE,
)
"""Statements that have others within, up to the end of the text."""
_PLACEHOLDER = re.compile(r"\{\{(\w{1,32})\}\}")
_PLAIN = re.compile(r"[A-Za-z0-9_$.-]+")
_NOT_QUOTED = frozenset({"expiration"})


def cut(texts: Iterable[str], quoting: Quoting) -> list[Statement]:
    """The statements of some texts, in order, without empty ones.

    Raises: `InvalidRequest` for quotes or comments without an end, and for too many statements.
    """
    found = [statement for text in texts for statement in _of_text(text, quoting)]
    if len(found) > MOST:
        raise InvalidRequest(f"more than {MOST} statements")
    return found


def filled(statement: Statement, values: Mapping[str, str], quoting: Quoting) -> str:
    """A statement with values in the place of `{{name}}`.  Other names in braces stay.

    Raises: `InvalidRequest` for a value that can't be written there.
    """
    return "".join(_filled(context, text, values, quoting) for context, text in statement)


def literal(text: str, quoting: Quoting) -> str:
    """A text in quotes."""
    return f"'{_escaped(text, Context.SINGLE, quoting)}'"


def _of_text(text: str, quoting: Quoting) -> list[Statement]:
    found: list[Statement] = []
    pieces: list[Piece] = []
    for piece in _pieces(text, quoting):
        if piece == _END and not _COMPOUND.match("".join(part for _, part in pieces)):
            found.append(tuple(pieces))
            pieces = []
        else:
            pieces.append(piece)
    found.append(tuple(pieces))
    return [statement for statement in found if _says_something(statement)]


_END: Piece = (Context.BARE, ";")
_SPECIAL = re.compile(r"[;#'\"`]|--(?=[\s\x00-\x1f]|$)|/\*(?!M?!)")
"""What ends a bare piece.  `/*!` is a comment only to other servers: what stands within is executed."""


def _pieces(text: str, quoting: Quoting) -> Iterable[Piece]:
    at = 0
    while (special := _SPECIAL.search(text, at)) is not None:
        begin = special.start()
        if begin > at:
            yield Context.BARE, text[at:begin]
        sign = special[0]
        if sign == ";":
            yield _END
            at = begin + 1
        elif sign in _OPENING:
            at = _end_of_quotes(text, begin, quoting)
            yield _OPENING[sign], text[begin:at]
        else:
            at = _end_of_comment(text, begin, sign)
            yield Context.COMMENT, text[begin:at]
    if at < len(text):
        yield Context.BARE, text[at:]


def _end_of_quotes(text: str, begin: int, quoting: Quoting) -> int:
    """Where quotes end.  Doubled ones within are two pairs side by side, which is the same to whoever fills them."""
    sign = text[begin]
    escapes = _has_escapes(_OPENING[sign], quoting)
    at = begin + 1
    while at < len(text):
        if text[at] == "\\" and escapes:
            at += 2
        elif text[at] == sign:
            return at + 1
        else:
            at += 1
    raise InvalidRequest("a statement has quotes without an end")


def _end_of_comment(text: str, begin: int, sign: str) -> int:
    end = text.find("*/" if sign == "/*" else "\n", begin + len(sign))
    if end < 0 and sign == "/*":
        raise InvalidRequest("a statement has a comment without an end")
    return len(text) if end < 0 else end + len("*/" if sign == "/*" else "\n")


def _says_something(statement: Statement) -> bool:
    return any(context is not Context.COMMENT and not text.isspace() for context, text in statement if text)


def _has_escapes(context: Context, quoting: Quoting) -> bool:
    if context is Context.SINGLE:
        return not quoting.no_backslash_escapes
    return context is Context.DOUBLE and not quoting.ansi_quotes and not quoting.no_backslash_escapes


def _filled(context: Context, text: str, values: Mapping[str, str], quoting: Quoting) -> str:
    if context is Context.COMMENT:
        return text  # a value could end it
    return _PLACEHOLDER.sub(lambda found: _written(found, context, values, quoting), text)


def _written(found: re.Match[str], context: Context, values: Mapping[str, str], quoting: Quoting) -> str:
    name = found[1]
    value = values.get(name)
    if value is None:
        return found[0]
    if context is not Context.BARE:
        return _escaped(value, context, quoting)
    if name not in _NOT_QUOTED and not _PLAIN.fullmatch(value):
        raise InvalidRequest(f"a statement has {{{{{name}}}}} outside of quotes, and it has characters that need them")
    return value


def _escaped(value: str, context: Context, quoting: Quoting) -> str:
    if "\0" in value:
        raise InvalidRequest("a statement can't hold the character NUL")
    if _has_escapes(context, quoting):
        value = value.replace("\\", "\\\\")
    sign = context.value
    return value.replace(sign, sign * 2)
