"""From characters to tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from strongroom.lib.hcl.errors import HclError
from strongroom.lib.hcl.position import Position


class Kind(Enum):
    """The kind of a token.  The value is its name in error texts."""

    WORD = "an unquoted word"
    NUMBER = "a number"
    BOOLEAN = "a boolean"
    STRING = "a quoted text"
    HEREDOC = "a heredoc"
    LBRACE = '"{"'
    RBRACE = '"}"'
    LBRACK = '"["'
    RBRACK = '"]"'
    ASSIGN = '"="'
    COMMA = '","'
    COMMENT = "a comment"
    END = "the end of the text"


class Token(NamedTuple):
    """A token, `start` and `end` being offsets into the text."""

    kind: Kind
    pos: Position
    start: int
    end: int


_BLANK = re.compile(r"[ \t\r\n]+")
_COMMENT = re.compile(r"(?:#|//)[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[^\W\d][\w.\-]*")
_NUMBER = re.compile(r"-?(?:0[xX][0-9A-Fa-f]+|[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)")
_STRING_PART = re.compile(r'[^"\\\n${}]+')
_HEREDOC = re.compile(r"<<(-?)([^\W\d]\w*)[ \t]*\r?\n")
_PUNCTUATION = {
    "{": Kind.LBRACE,
    "}": Kind.RBRACE,
    "[": Kind.LBRACK,
    "]": Kind.RBRACK,
    "=": Kind.ASSIGN,
    ",": Kind.COMMA,
}
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


class Lexer:
    """One pass over one text.

    Args:
        text: the text; NUL and unpaired surrogates are refused.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._line = 1
        self._line_start = 0
        if text.startswith("\ufeff"):  # editors on Windows put a byte order mark in front
            self._offset = self._line_start = 1
        if found := _FORBIDDEN.search(text):
            before = text.count("\n", 0, found.start())
            column = found.start() - text.rfind("\n", 0, found.start())
            raise HclError(
                Position(before + 1, column), "a character that no text may hold (NUL or half a surrogate pair)"
            )

    def tokens(self) -> Iterator[Token]:
        """Every token, comments too; the last one is `END`."""
        while True:
            if blank := _BLANK.match(self._text, self._offset):
                self._advance(blank.end())
            if self._offset >= len(self._text):
                yield Token(Kind.END, self._here(), self._offset, self._offset)
                return
            pos, start = self._here(), self._offset
            kind, end = self._next(pos)
            self._advance(end)
            yield Token(kind, pos, start, end)

    def _here(self) -> Position:
        return Position(self._line, self._offset - self._line_start + 1)

    def _advance(self, end: int) -> None:
        """Move on to `end`, counting the lines passed."""
        lines = self._text.count("\n", self._offset, end)
        if lines:
            self._line += lines
            self._line_start = self._text.rfind("\n", self._offset, end) + 1
        self._offset = end

    def _next(self, pos: Position) -> tuple[Kind, int]:
        """The kind and the end of the token that begins here."""
        text, start = self._text, self._offset
        first = text[start]
        if kind := _PUNCTUATION.get(first):
            return kind, start + 1
        if first == '"':
            return Kind.STRING, self._string_end(pos)
        if first in "#/":
            comment = _COMMENT.match(text, start)
            if comment is None:
                found = "a comment that nothing ends" if text.startswith("/*", start) else 'a lone "/"'
                raise HclError(pos, f"expected a key, a value or a comment, found {found}")
            return Kind.COMMENT, comment.end()
        if word := _WORD.match(text, start):
            return (Kind.BOOLEAN if word[0] in {"true", "false"} else Kind.WORD), word.end()
        if number := _NUMBER.match(text, start):
            if number.end() < len(text) and (text[number.end()].isalnum() or text[number.end()] in "._"):
                raise HclError(pos, "expected a number, found one with other characters at its end")
            return Kind.NUMBER, number.end()
        if first == "<":
            return Kind.HEREDOC, self._heredoc_end(pos)
        raise self._illegal(pos, first)

    def _illegal(self, pos: Position, character: str) -> HclError:
        shown = f'"{character}"' if character.isprintable() and character != "'" else f"U+{ord(character):04X}"
        if character in "'\u2018\u2019\u201c\u201d":
            return HclError(pos, f"expected a double quote, found {shown}")
        return HclError(pos, f"illegal character {shown}")

    def _string_end(self, pos: Position) -> int:
        """The offset after the closing quote.

        Inside `${ … }`, quotes and line ends belong to the text, as in HCL's scanner.
        """
        text, offset, braces = self._text, self._offset + 1, 0
        while True:
            if plain := _STRING_PART.match(text, offset):
                offset = plain.end()
            if offset >= len(text):
                raise HclError(pos, "expected a closing quote, found the end of the text")
            match text[offset]:
                case "\\":
                    offset += 1
                case '"' if not braces:
                    return offset + 1
                case "\n" if not braces:
                    raise HclError(pos, "expected a closing quote, found the end of the line")
                case "$" if not braces and text.startswith("{", offset + 1):
                    braces = 1
                    offset += 1
                case "{" if braces:
                    braces += 1
                case "}" if braces:
                    braces -= 1
            offset += 1

    def _heredoc_end(self, pos: Position) -> int:
        """The offset after the closing word.  It may be indented, even after a plain `<<`."""
        opening = _HEREDOC.match(self._text, self._offset)
        if opening is None:
            raise HclError(pos, 'expected a word and the end of the line after "<<"')
        # `[ \t]*` can't overlap with the word, so the search is linear.
        closing = re.compile(rf"^[ \t]*{re.escape(opening[2])}(?=\r*(?:\n|\Z))", re.MULTILINE)
        found = closing.search(self._text, opening.end())
        if found is None:
            raise HclError(pos, f"expected the heredoc's closing {opening[2]!r}, found the end of the text")
        return found.end()
