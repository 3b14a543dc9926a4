"""The pieces that a template's text is cut into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from strongroom.template.formatting.quoting import quoted
from strongroom.template.values import data_of

_SHOWN_CHARACTERS: Final = 10


class Sort(Enum):
    """What a piece is."""

    FAULT = auto()
    BOOL = auto()
    SIGN = auto()
    CHARACTER = auto()
    COMPLEX = auto()
    ASSIGN = auto()
    DECLARE = auto()
    END_OF_TEXT = auto()
    FIELD = auto()
    IDENTIFIER = auto()
    LEFT = auto()
    LEFT_PAREN = auto()
    NUMBER = auto()
    PIPE = auto()
    RAW_STRING = auto()
    RIGHT = auto()
    RIGHT_PAREN = auto()
    SPACE = auto()
    STRING = auto()
    TEXT = auto()
    VARIABLE = auto()
    BLOCK = auto()
    BREAK = auto()
    CONTINUE = auto()
    DOT = auto()
    DEFINE = auto()
    ELSE = auto()
    END = auto()
    IF = auto()
    NIL = auto()
    RANGE = auto()
    TEMPLATE = auto()
    WITH = auto()


KEYWORDS: Final[Mapping[str, Sort]] = {
    "block": Sort.BLOCK,
    "break": Sort.BREAK,
    "continue": Sort.CONTINUE,
    "define": Sort.DEFINE,
    "else": Sort.ELSE,
    "end": Sort.END,
    "if": Sort.IF,
    "range": Sort.RANGE,
    "nil": Sort.NIL,
    "template": Sort.TEMPLATE,
    "with": Sort.WITH,
}
_SHOWN_AS_WORDS: Final = frozenset({*KEYWORDS.values(), Sort.DOT})


@dataclass(frozen=True, slots=True)
class Token:
    """One piece.

    Attributes:
        at: the character at which it begins.
        line: counted from 1.
    """

    sort: Sort
    at: int
    text: str
    line: int

    def shown(self) -> str:
        """As error texts tell it."""
        if self.sort is Sort.END_OF_TEXT:
            return "EOF"
        if self.sort is Sort.FAULT:
            return self.text
        if self.sort in _SHOWN_AS_WORDS:
            return f"<{self.text}>"
        if len(data_of(self.text)) > _SHOWN_CHARACTERS:
            return f"{quoted(self.text[:_SHOWN_CHARACTERS])}..."
        return quoted(self.text)
