"""Parses JSON into HCL's tree, with lines and columns.  Repeated keys stay repeated.

A comma after the last element is accepted.  Existing files have it, because HCL's own JSON parser accepts it.

Source: RFC 8259.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder

from strongroom.lib.hcl import literals
from strongroom.lib.hcl.errors import HclError, Limits
from strongroom.lib.hcl.nodes import Item, Key, ListNode, Literal, Node, ObjectNode
from strongroom.lib.hcl.position import Position

_DECODER = JSONDecoder()
_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z_.])")
_NAMES: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_NAME = re.compile(r"true|false|null")
_SURROGATE = re.compile("[\x00\ud800-\udfff]")


def parse(text: str, limits: Limits) -> ObjectNode:
    """Parse a text that is one JSON object.

    Raises:
        HclError: it isn't, or is over a limit.
    """
    return _JsonParser(text, limits).document()


class _JsonParser:
    """One parse of one text."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._text = text.removeprefix("\ufeff")
        self._limits = limits
        self._nodes = 0
        self._depth = 0
        self._offset = 0
        self._counted_to = 0
        self._line = 1
        self._line_start = 0

    def document(self) -> ObjectNode:
        """The whole text."""
        self._skip_blanks()
        document = self._object()
        if self._offset < len(self._text):
            raise self._fail("the end of the text")
        return document

    def _here(self) -> Position:
        """The current place.  Offsets only grow, so each line feed is counted once."""
        lines = self._text.count("\n", self._counted_to, self._offset)
        if lines:
            self._line += lines
            self._line_start = self._text.rfind("\n", self._counted_to, self._offset) + 1
        self._counted_to = self._offset
        return Position(self._line, self._offset - self._line_start + 1)

    def _skip_blanks(self) -> None:
        blank = _BLANK.match(self._text, self._offset)
        self._offset = blank.end() if blank else self._offset

    def _peek(self) -> str:
        return self._text[self._offset : self._offset + 1]

    def _fail(self, expected: str) -> HclError:
        character = self._peek()
        found = f'"{character}"' if character in "{}[],:" else "something else"
        if character in {"", '"'}:
            found = "a quoted text" if character else "the end of the text"
        return HclError(self._here(), f"expected {expected}, found {found}")

    def _accept(self, character: str) -> bool:
        """Take this character and the blanks behind it, if it is next."""
        if self._peek() != character:
            return False
        self._offset += 1
        self._skip_blanks()
        return True

    def _enter(self) -> Position:
        pos = self._here()
        self._depth += 1
        if self._depth > self._limits.depth:
            raise HclError(pos, f"expected at most {self._limits.depth} nested brackets, found more")
        self._offset += 1
        self._skip_blanks()
        return pos

    def _closed(self, bracket: str, opened: Position, *, first: bool) -> bool:
        """Take the comma between two elements, or the closing bracket.  Returns whether it was the bracket."""
        if not first and not self._accept(",") and self._peek() != bracket:
            raise self._fail(f'"," or "{bracket}" for the bracket of line {opened.line}')
        return self._accept(bracket)

    def _count(self) -> None:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise HclError(self._here(), f"expected at most {self._limits.nodes} keys and values, found more")

    def _object(self) -> ObjectNode:
        pos = self._enter()
        items: list[Item] = []
        while not self._closed("}", pos, first=not items):
            if self._peek() != '"':
                raise self._fail("a quoted key")
            self._count()
            key_pos = self._here()
            key = Key(self._string(), key_pos)
            if not self._accept(":"):
                raise self._fail('":" after the key')
            items.append(Item((key,), self._value()))
        self._depth -= 1
        return ObjectNode(tuple(items), pos)

    def _list(self) -> ListNode:
        pos = self._enter()
        elements: list[Node] = []
        while not self._closed("]", pos, first=not elements):
            elements.append(self._value())
        self._depth -= 1
        return ListNode(tuple(elements), pos)

    def _value(self) -> Node:
        self._count()
        match self._peek():
            case "{":
                return self._object()
            case "[":
                return self._list()
            case '"':
                pos = self._here()
                return Literal(self._string(), pos)
        pos = self._here()
        if found := _NAME.match(self._text, self._offset):
            node = Literal(_NAMES[found[0]], pos)
        elif found := _NUMBER.match(self._text, self._offset):
            node = literals.number(found[0], pos)
        else:
            raise self._fail("a value")
        self._offset = found.end()
        self._skip_blanks()
        return node

    def _string(self) -> str:
        """Take the string whose opening quote is next, and the blanks after it."""
        pos = self._here()
        value: str
        try:
            value, end = _DECODER.raw_decode(self._text, self._offset)
        except JSONDecodeError as error:
            raise HclError(pos, f"expected a quoted text: {error.msg.lower()}") from None
        if _SURROGATE.search(value):
            raise HclError(pos, "a character that no text may hold (NUL or half a surrogate pair)")
        self._offset = end
        self._skip_blanks()
        return value
