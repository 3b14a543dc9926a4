"""From tokens to a tree: recursive descent over HCL 1; JSON goes to its own parser."""

from __future__ import annotations

from strongroom.lib.hcl import json, literals
from strongroom.lib.hcl.errors import HclError, Limits
from strongroom.lib.hcl.lexer import Kind, Lexer, Token
from strongroom.lib.hcl.nodes import Item, Key, ListNode, Literal, Node, ObjectNode
from strongroom.lib.hcl.position import Position

_DEFAULT_LIMITS = Limits()


def is_json(text: str) -> bool:
    """Whether `parse` would read this as JSON: its first character, blanks aside, is `{`."""
    return text.lstrip("\ufeff \t\r\n").startswith("{")


def parse(text: str, limits: Limits = _DEFAULT_LIMITS) -> ObjectNode:
    """Parse a document, which is JSON if it begins with `{` and HCL otherwise.

    Raises:
        HclError: it is neither, or over a limit; with the place, what was expected and what was found.
    """
    if len(text) > limits.characters:
        raise HclError(Position(1, 1), f"expected at most {limits.characters} characters, found {len(text)}")
    if is_json(text):
        return json.parse(text, limits)
    return _Parser(text, limits).document()


class _Parser:
    """One parse of one text."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self._nodes = 0
        self._depth = 0
        self._tokens = (token for token in Lexer(text).tokens() if token.kind is not Kind.COMMENT)
        self._token = next(self._tokens)

    def document(self) -> ObjectNode:
        """The whole text."""
        items = self._items(Kind.END, "a key or the end of the text")
        return ObjectNode(items, Position(1, 1))

    def _at(self, kind: Kind) -> bool:
        """Whether the current token is of this kind."""
        return self._token.kind is kind

    def _take(self) -> Token:
        """The current token; the next one becomes current."""
        taken = self._token
        if taken.kind is not Kind.END:
            self._token = next(self._tokens)
        return taken

    def _fail(self, expected: str) -> HclError:
        return HclError(self._token.pos, f"expected {expected}, found {self._token.kind.value}")

    def _count(self) -> None:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise HclError(self._token.pos, f"expected at most {self._limits.nodes} keys and values, found more")

    def _items(self, closing: Kind, expected: str) -> tuple[Item, ...]:
        """Entries up to `closing`, each with an optional comma behind it."""
        items: list[Item] = []
        while self._token.kind is not closing:
            items.append(self._item(expected))
            if self._token.kind is Kind.COMMA:
                self._take()
        return tuple(items)

    def _item(self, expected: str) -> Item:
        """One entry."""
        keys: list[Key] = []
        while self._token.kind in {Kind.WORD, Kind.STRING}:
            self._count()
            token = self._take()
            raw = self._text[token.start : token.end]
            keys.append(Key(literals.quoted(raw, token.pos) if token.kind is Kind.STRING else raw, token.pos))
        if not keys:
            raise self._fail(expected)
        if self._token.kind is Kind.LBRACE:
            return Item(tuple(keys), self._object())
        name = " ".join([keys[0].text, *(f'"{key.text}"' for key in keys[1:])])
        if self._token.kind is not Kind.ASSIGN:
            raise self._fail(f'"{{" or "=" after the key {name}' if len(keys) == 1 else f'"{{" after {name}')
        if len(keys) > 1:
            raise self._fail(f'"{{" after {name}')
        self._take()
        return Item(tuple(keys), self._value(f"a value for {name}"))

    def _value(self, expected: str) -> Node:
        """A literal, list or object."""
        self._count()
        token = self._token
        raw = self._text[token.start : token.end]
        match token.kind:
            case Kind.STRING:
                node: Node = Literal(literals.quoted(raw, token.pos), token.pos)
            case Kind.NUMBER:
                node = literals.number(raw, token.pos)
            case Kind.BOOLEAN:
                node = Literal(raw == "true", token.pos)
            case Kind.HEREDOC:
                node = Literal(literals.heredoc(raw), token.pos)
            case Kind.LBRACE:
                return self._object()
            case Kind.LBRACK:
                return self._list()
            case Kind.WORD:
                raise self._fail(f"{expected} (a text needs double quotes)")
            case _:
                raise self._fail(expected)
        self._take()
        return node

    def _enter(self) -> Position:
        """Take the opening bracket."""
        self._depth += 1
        if self._depth > self._limits.depth:
            raise HclError(self._token.pos, f"expected at most {self._limits.depth} nested brackets, found more")
        return self._take().pos

    def _object(self) -> ObjectNode:
        """`{ … }`."""
        pos = self._enter()
        items = self._items(Kind.RBRACE, f'a key or "}}" for the "{{" of line {pos.line}')
        self._take()
        self._depth -= 1
        return ObjectNode(items, pos)

    def _list(self) -> ListNode:
        """`[ … ]`, with commas between the values and perhaps one behind the last."""
        pos = self._enter()
        elements: list[Node] = []
        while not self._at(Kind.RBRACK):
            elements.append(self._value('a value or "]"'))
            if self._at(Kind.COMMA):
                self._take()
            elif not self._at(Kind.RBRACK):
                raise self._fail(f'"," or "]" for the "[" of line {pos.line}')
        self._take()
        self._depth -= 1
        return ListNode(tuple(elements), pos)
