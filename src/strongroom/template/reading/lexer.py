"""Cuts a template's text into pieces, one whenever the parser asks.

What is wrong with a text becomes a piece of its own, because the parser may find something else wrong before it.

Source: https://pkg.go.dev/text/template#hdr-Text_and_spaces, #hdr-Actions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from strongroom.template.formatting.quoting import quoted
from strongroom.template.reading.characters import code_point, is_alphanumeric
from strongroom.template.reading.tokens import KEYWORDS, Sort, Token

_SPACES: Final = " \t\r\n"
_SPACE_SET: Final = frozenset(_SPACES)
_TRIM_LENGTH: Final = 2
"""A minus and a space."""
_END: Final = ""
"""The character behind the last one."""
_TERMINATORS: Final = frozenset({*_SPACES, _END, *".,|:()"})
_SINGLES: Final[Mapping[str, Sort]] = {"=": Sort.ASSIGN, "|": Sort.PIPE}
_WORD = re.compile(r"[A-Za-z0-9_]*")
_SPACE_RUN = re.compile(r"[ \t\r\n]*")
_QUOTED = re.compile(r'(?>(?:[^"\\\n]|\\[^\n])*)"')
_CHARACTER = re.compile(r"(?>(?:[^'\\\n]|\\[^\n])*)'")
_NUMBER = re.compile(
    r"[+-]?"
    r"(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?"
    r"|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)"
    r"i?"
)


class Lexer:
    """The pieces of one text.

    Args:
        delimiters: what begins and ends an action.
        words: keywords that are names here, because functions are called so.
    """

    def __init__(self, text: str, delimiters: tuple[str, str], words: Collection[str]) -> None:
        self._text = text
        self._left, self._right = delimiters
        self._words = words
        self._at = 0
        self._inside = False
        self._parens = 0
        self._line = 1
        self._counted = 0
        self._scanners: Mapping[str, Callable[[int], Token]] = {
            ":": self._declare,
            '"': self._quoted,
            "`": self._raw,
            "$": self._variable,
            "'": self._character,
            "(": self._open,
            ")": self._close,
        }

    def next(self) -> Token:
        """The next piece; behind the last one, the end of the text again and again."""
        return self._action_piece() if self._inside else self._outside()

    def _token(self, sort: Sort, start: int, end: int, text: str | None = None) -> Token:
        """A piece of these characters; the next one begins behind them."""
        self._line += self._text.count("\n", self._counted, start)
        self._counted = start
        self._at = end
        return Token(sort, start, self._text[start:end] if text is None else text, self._line)

    def _fault(self, start: int, reason: str) -> Token:
        return self._token(Sort.FAULT, start, self._at, reason)

    def _outside(self) -> Token:
        while True:
            start = self._at
            found = self._text.find(self._left, start)
            if found < 0:
                end = len(self._text)
                return self._token(Sort.TEXT if end > start else Sort.END_OF_TEXT, start, end)
            behind = found + len(self._left)
            trims = self._text.startswith("-", behind) and self._character_at(behind + 1) in _SPACE_SET
            if found > start:
                kept = self._text[start:found]
                kept = kept.rstrip(_SPACES) if trims else kept
                if kept:
                    return self._token(Sort.TEXT, start, found, kept)
            begin = behind + _TRIM_LENGTH if trims else behind
            if not self._text.startswith("/*", begin):
                return self._begin_action(found, begin)
            fault = self._skip_comment(begin)
            if fault is not None:
                return fault

    def _begin_action(self, found: int, begin: int) -> Token:
        self._inside = True
        self._parens = 0
        return self._token(Sort.LEFT, found, begin, self._left)

    def _skip_comment(self, start: int) -> Token | None:
        end = self._text.find("*/", start + 2)
        if end < 0:
            return self._fault(start, "unclosed comment")
        self._at = end + 2
        closing = self._closing(self._at)
        if closing is None:
            return self._fault(start, "comment ends before closing delimiter")
        self._at += closing + len(self._right)
        if closing:
            self._at = _behind(_SPACE_RUN, self._text, self._at)
        return None

    def _closing(self, at: int) -> int | None:
        """How many characters of a trim marker stand before a right delimiter here; None if there is no such."""
        if self._text.startswith(self._right, at + _TRIM_LENGTH) and self._trims_right(at):
            return _TRIM_LENGTH
        return 0 if self._text.startswith(self._right, at) else None

    def _trims_right(self, at: int) -> bool:
        return self._character_at(at) in _SPACE_SET and self._character_at(at + 1) == "-"

    def _character_at(self, at: int) -> str:
        return self._text[at : at + 1]

    def _action_piece(self) -> Token:
        start = self._at
        if self._closing(start) is not None:
            return self._end_action(start) if self._parens == 0 else self._fault(start, "unclosed left paren")
        first = self._character_at(start)
        if first == _END:
            return self._fault(start, "unclosed action")
        if first in _SPACE_SET:
            return self._space(start)
        if first in _SINGLES:
            return self._token(_SINGLES[first], start, start + 1)
        if first in self._scanners:
            return self._scanners[first](start)
        after = self._character_at(start + 1)
        if first == "." and after != _END and not "0" <= after <= "9":
            return self._field(start, Sort.FIELD)
        if first in ".+-" or "0" <= first <= "9":
            return self._number(start)
        if is_alphanumeric(first):
            return self._identifier(start)
        if first.isascii() and first.isprintable():
            return self._token(Sort.SIGN, start, start + 1)
        return self._fault(start, f"unrecognized character in action: {code_point(first)}")

    def _end_action(self, start: int) -> Token:
        trimmed = self._closing(start) or 0
        begin = start + trimmed
        self._inside = False
        end = begin + len(self._right)
        return self._token(Sort.RIGHT, begin, _behind(_SPACE_RUN, self._text, end) if trimmed else end, self._right)

    def _space(self, start: int) -> Token:
        end = _behind(_SPACE_RUN, self._text, start)
        if self._trims_right(end - 1) and self._text.startswith(self._right, end + 1):
            end -= 1  # The last space belongs to the delimiter.
        return self._token(Sort.SPACE, start, end)

    def _declare(self, start: int) -> Token:
        if self._character_at(start + 1) != "=":
            return self._fault(start, "expected :=")
        return self._token(Sort.DECLARE, start, start + 2)

    def _open(self, start: int) -> Token:
        self._parens += 1
        return self._token(Sort.LEFT_PAREN, start, start + 1)

    def _close(self, start: int) -> Token:
        self._parens -= 1
        if self._parens < 0:
            return self._fault(start, "unexpected right paren")
        return self._token(Sort.RIGHT_PAREN, start, start + 1)

    def _quoted(self, start: int) -> Token:
        return self._until(_QUOTED, start, Sort.STRING, "unterminated quoted string")

    def _character(self, start: int) -> Token:
        return self._until(_CHARACTER, start, Sort.CHARACTER, "unterminated character constant")

    def _until(self, pattern: re.Pattern[str], start: int, sort: Sort, otherwise: str) -> Token:
        found = pattern.match(self._text, start + 1)
        return self._token(sort, start, found.end()) if found else self._fault(start, otherwise)

    def _raw(self, start: int) -> Token:
        end = self._text.find("`", start + 1)
        if end < 0:
            return self._fault(start, "unterminated raw quoted string")
        return self._token(Sort.RAW_STRING, start, end + 1)

    def _variable(self, start: int) -> Token:
        return self._field(start, Sort.VARIABLE)

    def _field(self, start: int, sort: Sort) -> Token:
        """A name behind its point or dollar sign, or one of these alone."""
        if self._terminates(start + 1):
            return self._token(sort if sort is Sort.VARIABLE else Sort.DOT, start, start + 1)
        end = self._word_end(start + 1)
        if not self._terminates(end):
            return self._fault(start, f"bad character {code_point(self._text[end])}")
        return self._token(sort, start, end)

    def _identifier(self, start: int) -> Token:
        end = self._word_end(start)
        if not self._terminates(end):
            return self._fault(start, f"bad character {code_point(self._text[end])}")
        word = self._text[start:end]
        if word in {"true", "false"}:
            return self._token(Sort.BOOL, start, end)
        keyword = None if word in self._words else KEYWORDS.get(word)
        return self._token(keyword or Sort.IDENTIFIER, start, end)

    def _number(self, start: int) -> Token:
        end, good = self._number_end(start)
        sort = Sort.NUMBER
        if good and self._character_at(end) in {"+", "-"}:
            end, good = self._number_end(end)
            good = good and self._text[end - 1] == "i"
            sort = Sort.COMPLEX
        if not good:
            return self._fault(start, f"bad number syntax: {quoted(self._text[start:end])}")
        return self._token(sort, start, end)

    def _number_end(self, start: int) -> tuple[int, bool]:
        """Where a number ends, and whether no letter stands there."""
        end = _behind(_NUMBER, self._text, start)
        if is_alphanumeric(self._character_at(end)):
            return end + 1, False
        return end, True

    def _word_end(self, at: int) -> int:
        while True:
            at = _behind(_WORD, self._text, at)
            if not is_alphanumeric(self._character_at(at)):
                return at
            at += 1

    def _terminates(self, at: int) -> bool:
        return self._character_at(at) in _TERMINATORS or self._text.startswith(self._right, at)


def _behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a match that begins here ends.  The pattern matches anywhere."""
    found = pattern.match(text, at)
    return found.end() if found else at
