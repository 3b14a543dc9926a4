"""Parses a template into its nodes (pure).

Source: https://pkg.go.dev/text/template#hdr-Actions
"""

from __future__ import annotations

from typing import Final

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.go_template.errors import place, unparsable
from strongroom.lib.go_template.evaluator import is_function
from strongroom.lib.go_template.lexer import Action, Piece, Token, pieces
from strongroom.lib.go_template.marked import plain
from strongroom.lib.go_template.nodes import Branch, Call, Field, Literal, Node

MOST_NESTED: Final = 16
"""Parentheses in parentheses and conditions in conditions.  Each nests the evaluation, and Python's stack is finite."""
MOST_PIPED: Final = 16
"""Functions in a pipeline.  Each of its functions nests, too."""
_UNSUPPORTED = frozenset({"block", "break", "continue", "define", "range", "template", "with"})


def nodes(text: str) -> tuple[Node, ...]:
    """The nodes of a template.  Raises `InvalidRequest`."""
    parser = _Blocks(text, pieces(text))
    found, ender = parser.body(0)
    if ender is not None:
        raise unparsable(text, ender.at, f"unexpected {{{{{_word(ender)}}}}}")
    return found


def _word(action: Action, at: int = 0) -> str:
    """The name at this place of the action, or an empty text."""
    token = action.tokens[at] if at < len(action.tokens) else None
    return str(token.value) if token is not None and token.kind == "name" else ""


class _Blocks:
    def __init__(self, text: str, found: list[Piece]) -> None:
        self._text = text
        self._pieces = iter(found)

    def body(self, depth: int) -> tuple[tuple[Node, ...], Action | None]:
        """The nodes up to an `else` or `end`, which is returned too; None is the template's end."""
        found: list[Node] = []
        for piece in self._pieces:
            if isinstance(piece, str):
                found.append(Literal(plain(piece)))
                continue
            match _word(piece):
                case "end" | "else":
                    return tuple(found), piece
                case "if":
                    found.append(self._branch(piece, 1, depth + 1))
                case word if word in _UNSUPPORTED:
                    raise unparsable(self._text, piece.at, f"{word} isn't supported in templates here")
                case _:
                    found.append(_Expression(self._text, piece, 0).whole(depth))
        return tuple(found), None

    def _branch(self, action: Action, start: int, depth: int) -> Branch:
        if depth > MOST_NESTED:
            raise unparsable(self._text, action.at, f"more than {MOST_NESTED} conditions in each other")
        condition = _Expression(self._text, action, start).whole(depth)
        then, ender = self.body(depth)
        otherwise: tuple[Node, ...] = ()
        if ender is not None and _word(ender) == "else":
            if _word(ender, 1) == "if":
                return Branch(condition, then, (self._branch(ender, 2, depth + 1),))
            self._is_alone(ender)
            otherwise, ender = self.body(depth)
        if ender is None:
            raise unparsable(self._text, action.at, "unexpected EOF: an if has no end")
        if _word(ender) != "end":
            raise unparsable(self._text, ender.at, "expected end; found {{else}}")
        self._is_alone(ender)
        return Branch(condition, then, otherwise)

    def _is_alone(self, action: Action) -> None:
        if len(action.tokens) > 1:
            raise unparsable(self._text, action.tokens[1].at, f"unexpected operand behind {_word(action)}")


class _Expression:
    def __init__(self, text: str, action: Action, start: int) -> None:
        self._text = text
        self._action = action
        self._tokens = list(reversed(action.tokens[start:]))

    def whole(self, depth: int) -> Node:
        """The pipeline that the rest of the action is."""
        node = self._pipeline(depth)
        if self._tokens:
            raise self._unexpected(self._tokens[-1])
        return node

    def _pipeline(self, depth: int) -> Node:
        if depth > MOST_NESTED:
            raise unparsable(self._text, self._action.at, f"more than {MOST_NESTED} parentheses in each other")
        node = self._command(None, depth)
        functions = 0
        while self._follows("|"):
            self._tokens.pop()
            functions += 1
            if functions > MOST_PIPED:
                raise unparsable(self._text, self._action.at, f"more than {MOST_PIPED} functions in a pipeline")
            node = self._command(node, depth)
        return node

    def _command(self, piped: Node | None, depth: int) -> Node:
        """A function with arguments, or one operand.

        Args:
            piped: what the pipeline has given so far; only a function can take it.
        """
        if self._ends():
            raise unparsable(self._text, self._action.at, "missing value for command")
        first = self._tokens[-1]
        operand = self._operand(depth)
        arguments: list[Node] = []
        while not self._ends():
            arguments.append(self._operand(depth))
        if first.kind == "name" and isinstance(operand, Call):
            return Call(operand.name, (*arguments, *([] if piped is None else [piped])), operand.place)
        if piped is not None:
            raise unparsable(self._text, first.at, "non executable command in pipeline")
        if arguments:
            raise unparsable(self._text, first.at, "can't give argument to non-function")
        return operand

    def _operand(self, depth: int) -> Node:
        token = self._tokens.pop()
        match token.kind, token.value:
            case "text", bytes(value):
                return Literal(plain(value))
            case "number", int(number):
                return Literal(number)
            case "field", str(name):
                return Field(name, place(self._text, token.at))
            case "name", "true" | "false":
                return Literal(token.value == "true")
            case "name", str(name):
                if not is_function(name):
                    raise unparsable(self._text, token.at, f'function "{name[:64]}" not defined')
                return Call(name, (), place(self._text, token.at))
            case "symbol", "(":
                node = self._pipeline(depth + 1)
                if not self._follows(")"):
                    raise unparsable(self._text, token.at, "unclosed left paren")
                self._tokens.pop()
                return node
        raise self._unexpected(token)

    def _ends(self) -> bool:
        return not self._tokens or self._follows("|") or self._follows(")")

    def _follows(self, symbol: str) -> bool:
        return bool(self._tokens) and self._tokens[-1].kind == "symbol" and self._tokens[-1].value == symbol

    def _unexpected(self, token: Token) -> InvalidRequest:
        return unparsable(self._text, token.at, f"unexpected {token.value!r}")
