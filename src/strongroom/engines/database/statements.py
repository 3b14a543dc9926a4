"""Statements of roles: decoded, split at semicolons, and filled with values (pure).

One lexer serves all fields and databases.  It knows quotes, PostgreSQL's dollar quotes, comments, and the bodies
between BEGIN ATOMIC and END.  A value is quoted by where its placeholder stands: a name that a client chose, or a
password of any policy, stays one value.

Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html,
https://dev.mysql.com/doc/refman/8.4/en/string-literals.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from strongroom.lib.errors import InvalidRequest

MOST = 64
"""Statements of one field."""
MOST_BYTES = 64 * 1024
"""Of all statements of one field."""
UNICODE = "U&"
"""What stands before a text or a name of PostgreSQL whose characters may be written by their codes."""
_PLACEHOLDER = re.compile(r"\{\{\s*(\w{1,64})\s*\}\}")
# Letters, the underscore and everything beyond ASCII, said by what they aren't: a class that reaches to the last code
# point takes 5 ms to compile, in each process that starts.
_FIRST = r"[^\x00-@\[-^`{-\x7f]"
_TAG = re.compile(rf"\$(?:{_FIRST}[^\x00-/:-@\[-^`{{-\x7f]{{0,62}})?\$")
_WORD = re.compile(rf"{_FIRST}[^\x00-#%-/:-@\[-^`{{-\x7f]*")
_UNQUOTED = re.compile(r"[^\x00-\x20'\"`\\;$(),/*\x7f]*")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a kind of database writes statements."""

    dollars: bool = False
    """Whether `$tag$ … $tag$` quotes."""
    backslashes: bool = False
    """Whether a backslash in every text between quotes protects what follows it."""
    backticks: bool = False
    """Whether backticks quote names."""
    hashes: bool = False
    """Whether # begins a comment."""
    nested: bool = False
    """Whether comments may hold comments."""


POSTGRESQL = Dialect(dollars=True, nested=True)
MYSQL = Dialect(backslashes=True, backticks=True, hashes=True)


def decoded(given: Sequence[str]) -> tuple[str, ...]:
    """The statements of a field: each item is text, a JSON array of texts, or either of them in base64.

    Only what can be no statement is decoded: JSON that is an array of texts, base64 of printable text.
    """
    out: list[str] = []
    for item in given:
        text = _of_base64(item)
        out += _of_json(text)
    return tuple(text for text in out if text.strip())


def _of_base64(text: str) -> str:
    packed = text.strip()
    if len(packed) < 8 or len(packed) % 4:
        return text
    try:
        inner = base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, ValueError):
        return text
    printable = all(char.isprintable() or char in "\r\n\t" for char in inner)
    return inner if printable else text


def _of_json(text: str) -> list[str]:
    if text.lstrip()[:1] != "[":
        return [text]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    return found if isinstance(found, list) and all(isinstance(item, str) for item in found) else [text]


def check(what: str, given: Sequence[str]) -> None:
    """Raise `InvalidRequest` for more than can be kept."""
    if len(given) > MOST:
        raise InvalidRequest(f"{what} has more than {MOST} statements")
    if sum(len(item.encode("utf-8", "surrogatepass")) for item in given) > MOST_BYTES:
        raise InvalidRequest(f"{what} has more than {MOST_BYTES} bytes")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text in which a value is quoted alike."""

    text: str
    quote: str = ""
    """The quote it is in: `'`, `"`, a backtick, a dollar tag, `U&`, `--` for a comment; empty for none."""
    escapes: bool = False
    """Whether a backslash protects what follows it."""
    ends: bool = False
    """Whether it is a semicolon that ends a statement."""


def pieces(text: str, dialect: Dialect) -> Iterator[Piece]:
    """The parts of a text, which are the text when they are joined.  What isn't closed reaches to the end."""
    at = plain = 0
    depth = 0
    before = ""
    last: Piece | None = None
    while at < len(text):
        quoted = _quoted(text, at, dialect, before, last)
        if quoted is not None:
            last = last if quoted.quote == "--" else quoted
            if at > plain:
                yield Piece(text[plain:at])
            yield quoted
            at = plain = at + len(quoted.text)
            before = ""
        elif (word := _WORD.match(text, at)) is not None:
            depth, before = _depth(depth, before, word[0].upper())
            last = None
            at = word.end()
        else:
            if text[at] == ";" and not depth:
                if at > plain:
                    yield Piece(text[plain:at])
                yield Piece(";", ends=True)
                plain = at + 1
            if not text[at].isspace():
                before, last = "", None
            at += 1
    if at > plain:
        yield Piece(text[plain:at])


def _depth(depth: int, before: str, word: str) -> tuple[int, str]:
    """How deep in bodies between BEGIN ATOMIC and END, in which CASE has an END too."""
    if before == "BEGIN" and word == "ATOMIC":
        return depth + 1, word
    if depth and word == "CASE":
        return depth + 1, word
    if depth and word == "END":
        return depth - 1, word
    return depth, word


def _quoted(text: str, at: int, dialect: Dialect, before: str, last: Piece | None) -> Piece | None:
    """What begins here and is quoted or a comment; None if nothing does.

    Args:
        last: what was quoted before, with nothing but blanks and comments between: PostgreSQL takes both for one text.
    """
    char = text[at]
    if text.startswith("--", at) or (char == "#" and dialect.hashes):
        end = text.find("\n", at)
        return Piece(text[at : len(text) if end < 0 else end], "--")
    if text.startswith("/*", at):
        return Piece(text[at : _end_of_comment(text, at, nested=dialect.nested)], "--")
    if char in "'\"" or (char == "`" and dialect.backticks):
        escaped = char == "'" and text[max(0, at - 1) : at] in {"E", "e"} and before in {"E", "e"}
        goes_on = dialect.dollars and char == "'" and last is not None and last.text.endswith("'")
        escapes = escaped or (dialect.backslashes and char != "`") or (goes_on and last is not None and last.escapes)
        by_code = dialect.dollars and text[max(0, at - 2) : at].upper() == UNICODE
        by_code = by_code or (goes_on and last is not None and last.quote == UNICODE)
        quote = UNICODE if by_code else char
        return Piece(text[at : _end_of_quote(text, at, char, escapes=escapes)], quote, escapes)
    if char == "$" and dialect.dollars and not _continues(text, at):
        tag = _TAG.match(text, at)
        if tag is not None:
            end = text.find(tag[0], tag.end())
            return Piece(text[at : len(text) if end < 0 else end + len(tag[0])], tag[0])
    return None


def _continues(text: str, at: int) -> bool:
    """Whether a dollar here is a part of the word before it."""
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_$")


def _end_of_quote(text: str, at: int, quote: str, *, escapes: bool) -> int:
    at += 1
    while at < len(text):
        if escapes and text[at] == "\\":
            at += 2
        elif text[at] == quote:
            if text[at + 1 : at + 2] != quote:
                return at + 1
            at += 2
        else:
            at += 1
    return len(text)


def _end_of_comment(text: str, at: int, *, nested: bool) -> int:
    depth, at = 1, at + 2
    while at < len(text):
        if text.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if not depth:
                return at
        elif nested and text.startswith("/*", at):
            depth, at = depth + 1, at + 2
        else:
            at += 1
    return len(text)


def split(text: str, dialect: Dialect) -> list[str]:
    """The statements of a text, without their semicolons and without empty ones."""
    out, current, holds = [], "", False
    for piece in (*pieces(text, dialect), Piece(";", ends=True)):
        if not piece.ends:
            current += piece.text
            holds = holds or (piece.quote != "--" and bool(piece.text.strip()))
        else:
            if holds:
                out.append(current.strip())
            current, holds = "", False
    return out


def placeholders(text: str) -> frozenset[str]:
    """The names of all `{{name}}` in a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def filled(text: str, values: Mapping[str, str], dialect: Dialect) -> str:
    """The text with `{{name}}` replaced by the values, each quoted by where it stands.  Unknown ones stay.

    Raises: `InvalidRequest` for a value that can't stand there.  The value isn't shown.
    """
    return "".join(_filled(piece, values) for piece in pieces(text, dialect))


def _filled(piece: Piece, values: Mapping[str, str]) -> str:
    def instead(found: re.Match[str]) -> str:
        name = found[1]
        return quoted_as(name, values[name], piece) if name in values else found[0]

    return _PLACEHOLDER.sub(instead, piece.text)


def quoted_as(name: str, value: str, piece: Piece) -> str:
    """A value as it is written where it stands.  Raises `InvalidRequest`."""
    if "\0" in value:
        raise InvalidRequest(f"{{{{{name}}}}} has a NUL byte")
    if piece.quote in {"'", '"', "`"}:
        if piece.escapes:
            value = value.replace("\\", "\\\\")
        return value.replace(piece.quote, piece.quote * 2)
    if _UNQUOTED.fullmatch(value) is None or "--" in value:
        where = f"between {piece.quote}" if piece.quote[:1] in {"$", "U"} else "without quotes around it"
        raise InvalidRequest(f"{{{{{name}}}}} has characters that can't be quoted {where}")
    return value
