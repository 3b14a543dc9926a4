"""Parses an expression (p).

Source: https://github.com/cel-expr/cel-spec/blob/master/doc/langdef.md#syntax
"""

from __future__ import annotations

from strongroom.lib.cel.errors import CelError
from strongroom.lib.cel.lexer import Token, error, tokens
from strongroom.lib.cel.nodes import (
    Call,
    Choice,
    Construct,
    Index,
    ListOf,
    Literal,
    Logic,
    Macro,
    MapOf,
    Name,
    Node,
    Select,
)
from strongroom.lib.cel.values import INT_MAX

TEXT_CHARACTERS = 16 * 1024
DEEPEST = 40
"""Brackets in brackets, and operators in a row."""
MOST_NODES = 2000
_BINARY = {
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 1),
    **dict.fromkeys("+-", 2),
    **dict.fromkeys("*/%", 3),
}
_RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "namespace"}
    | {"package", "return", "var", "void", "while"}
)
_KEYWORDS = {"true": True, "false": False, "null": None}
_MACROS = {"all": (2,), "exists": (2,), "exists_one": (2,), "filter": (2,), "map": (2, 3)}


def is_variable_name(name: str) -> bool:
    """Whether a name can be that of a variable."""
    return name.isidentifier() and name.isascii() and name not in _RESERVED and name not in {*_KEYWORDS, "in"}


def parse(text: str) -> Node:
    """The parsed form.  Raises `CelError` for what is no expression, or too long or too deep a one."""
    if len(text) > TEXT_CHARACTERS:
        raise CelError(f"the expression has more than {TEXT_CHARACTERS} characters")
    parser = _Parser(text)
    node = parser.expression()
    parser.expect_end()
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0
        self._nodes = 0

    # Tokens.

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        self._nodes += 1
        if self._nodes > MOST_NODES * 2:
            raise CelError(f"the expression has more than {MOST_NODES} parts")
        return token

    def _next_is(self, *symbols: str) -> bool:
        token = self._peek()
        return token.kind == "symbol" and token.value in symbols

    def _accept(self, symbol: str) -> bool:
        found = self._next_is(symbol)
        if found:
            self._take()
        return found

    def _expect(self, symbol: str) -> None:
        if not self._accept(symbol):
            raise self._error(f"expected {symbol!r}")

    def expect_end(self) -> None:
        """Raise `CelError` unless everything was read."""
        if self._peek().kind != "end":
            raise self._error("expected the end")

    def _error(self, reason: str) -> CelError:
        token = self._peek()
        found = "the end" if token.kind == "end" else repr(token.value)
        return error(self._text, token.at, f"{reason}, found {found}")

    # From the loosest to the tightest operator.

    def expression(self) -> Node:
        """A whole expression."""
        self._deeper()
        condition = self._or()
        if self._accept("?"):
            then = self._or()
            self._expect(":")
            condition = Choice(condition, then, self.expression())
        self._depth -= 1
        return condition

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"the expression is nested more than {DEEPEST} deep")

    def _or(self) -> Node:
        terms = [self._and()]
        while self._accept("||"):
            terms.append(self._and())
        return terms[0] if len(terms) == 1 else Logic(False, tuple(terms))

    def _and(self) -> Node:
        terms = [self._binary(1)]
        while self._accept("&&"):
            terms.append(self._binary(1))
        return terms[0] if len(terms) == 1 else Logic(True, tuple(terms))

    def _binary(self, level: int) -> Node:
        left = self._unary()
        row = 0
        while (operator := self._operator()) and (found := _BINARY[operator]) >= level:
            row += 1
            if row > DEEPEST:
                raise self._error(f"more than {DEEPEST} operators stand in a row")
            self._take()
            left = Call(operator, (left, self._binary(found + 1)))
        return left

    def _operator(self) -> str:
        token = self._peek()
        named = token.kind == "symbol" or (token.kind == "name" and token.value == "in")
        return str(token.value) if named and token.value in _BINARY else ""

    def _unary(self) -> Node:
        sign = self._peek().value if self._next_is("!", "-") else ""
        count = 0
        while sign and self._next_is(sign):
            self._take()
            count += 1
        token = self._peek()
        if sign == "-" and count % 2 and token.kind == "value" and type(token.value) in {int, float}:
            self._take()
            return self._postfix(Literal(-token.value))
        operand = self._postfix(self._primary())
        return Call(f"{sign}_", (operand,)) if count % 2 else self._same(sign, operand) if count else operand

    def _same(self, sign: str, operand: Node) -> Node:
        """An even number of signs: the operand, if it has the kind that the sign needs."""
        return Call(f"{sign}_", (Call(f"{sign}_", (operand,)),))

    def _postfix(self, node: Node) -> Node:
        row = 0
        while self._next_is(".", "[", "{"):
            row += 1
            if row > DEEPEST:
                raise self._error(f"more than {DEEPEST} parts stand in a row")
            if self._accept("["):
                node = Index(node, self.expression())
                self._expect("]")
            elif self._next_is("{"):
                name = qualified(node)
                if not name:
                    raise self._error("expected the end of the operand")
                node = self._construct(name)
            else:
                self._take()
                node = self._member(node)
        return node

    def _member(self, node: Node) -> Node:
        token = self._take()
        if token.kind == "quoted":
            return Select(node, token.value)
        if token.kind != "name" or token.value in {*_KEYWORDS, "in"}:
            self._at -= token.kind != "end"
            raise self._error("expected a name")
        if not self._next_is("("):
            return Select(node, token.value)
        arguments = self._arguments()
        if token.value in _MACROS and len(arguments) in _MACROS[token.value]:
            return self._macro(token, node, arguments)
        return Call(token.value, arguments, node)

    def _macro(self, token: Token, over: Node, arguments: tuple[Node, ...]) -> Node:
        first = arguments[0]
        if not isinstance(first, Name) or not is_variable_name(first.name):
            raise error(self._text, token.at, f"{token.value} needs the name of a variable first")
        if token.value == "map":
            condition = arguments[1] if len(arguments) == 3 else None
            return Macro("map", over, first.name, condition, arguments[-1])
        return Macro(token.value, over, first.name, arguments[1])

    def _primary(self) -> Node:
        token = self._peek()
        if token.kind == "value":
            self._take()
            if type(token.value) is int and token.value > INT_MAX:
                raise error(self._text, token.at, "the number is too large")
            return Literal(token.value)
        if self._accept("("):
            node = self.expression()
            self._expect(")")
            return node
        if self._accept("["):
            return ListOf(self._list("]"))
        if self._accept("{"):
            return self._map()
        self._accept(".")  # names are absolute as they are
        return self._name()

    def _name(self) -> Node:
        token = self._peek()
        if token.kind != "name" or token.value == "in":
            raise self._error("expected an expression")
        self._take()
        if token.value in _KEYWORDS:
            return Literal(_KEYWORDS[token.value])
        if token.value in _RESERVED:
            raise error(self._text, token.at, f"reserved identifier: {token.value}")
        if not self._next_is("("):
            return Name(token.value)
        arguments = self._arguments()
        if token.value != "has":
            return Call(token.value, arguments)
        if len(arguments) != 1 or not isinstance(arguments[0], Select) or arguments[0].test:
            raise error(self._text, token.at, "invalid argument to has() macro")
        return Select(arguments[0].operand, arguments[0].field, test=True)

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        return self._list(")", trailing=False)

    def _list(self, end: str, *, trailing: bool = True) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._accept(end):
            if items:
                self._expect(",")
                if trailing and self._accept(end):
                    break
            items.append(self.expression())
        return tuple(items)

    def _map(self) -> Node:
        entries: list[tuple[Node, Node]] = []
        while not self._accept("}"):
            if entries:
                self._expect(",")
                if self._accept("}"):
                    break
            key = self.expression()
            self._expect(":")
            entries.append((key, self.expression()))
        return MapOf(tuple(entries))

    def _construct(self, name: str) -> Node:
        self._expect("{")
        fields: list[tuple[str, Node]] = []
        while not self._accept("}"):
            if fields:
                self._expect(",")
                if self._accept("}"):
                    break
            token = self._take()
            if token.kind not in {"name", "quoted"}:
                raise error(self._text, token.at, "expected the name of a field")
            if any(token.value == known for known, _ in fields):
                raise error(self._text, token.at, f"the field {token.value!r} is set twice")
            self._expect(":")
            fields.append((token.value, self.expression()))
        return Construct(name, tuple(fields))


def qualified(node: Node) -> str:
    """The name that a chain of names spells, empty for any other expression."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Select) and not node.test:
        before = qualified(node.operand)
        return f"{before}.{node.field}" if before else ""
    return ""
