"""The pieces of a text as a parser takes them: with looking ahead, and with the errors that name a line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from strongroom.template.errors import LimitReached, SyntaxFault
from strongroom.template.limits import Limits
from strongroom.template.reading.lexer import Lexer
from strongroom.template.reading.nodes import Node
from strongroom.template.reading.tokens import Sort, Token


@dataclass(slots=True)
class Reading:
    """What the trees of one text share while it is read.

    Attributes:
        name: of the template, for error texts.
        functions: the names of all functions that there are.
        trees: those that are complete, by their names.
        nesting: how deep in parentheses and actions the parser is.
    """

    name: str
    lexer: Lexer
    functions: Collection[str]
    limits: Limits
    trees: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    nesting: int = 0


class Stream:
    """The pieces from where a tree begins."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.action_line = 0
        """Where the action that is read began; 0 outside of actions."""
        self._ahead: list[Token] = []
        self._line = 0

    def next(self) -> Token:
        """Take the next piece."""
        if self._ahead:
            return self._ahead.pop()
        token = self.reading.lexer.next()
        self._line = token.line
        return token

    def back(self, *tokens: Token) -> None:
        """Give back pieces, the first of which comes next."""
        self._ahead.extend(reversed(tokens))

    def peek(self) -> Token:
        """The next piece, which stays."""
        if not self._ahead:
            self._ahead.append(self.next())
        return self._ahead[-1]

    def next_but_space(self) -> Token:
        """Take the next piece that isn't space."""
        while (token := self.next()).sort is Sort.SPACE:
            pass
        return token

    def peek_but_space(self) -> Token:
        """Take the space that is next, and tell what follows it."""
        while (token := self.peek()).sort is Sort.SPACE:
            self._ahead.pop()
        return token

    def expect(self, sorts: Collection[Sort], context: str) -> Token:
        """Take the next piece but space.  Raises `SyntaxFault` for one of another sort."""
        token = self.next_but_space()
        if token.sort not in sorts:
            raise self.unexpected(token, context)
        return token

    def unexpected(self, token: Token, context: str) -> SyntaxFault:
        """The error for a piece that can't stand here, or for what the text has wrong there."""
        if token.sort is not Sort.FAULT:
            return self.fault(f"unexpected {token.shown()} in {context}")
        started = ""
        if self.action_line not in {0, token.line}:
            started = f" in action started at {self.reading.name}:{self.action_line}"
            if token.text.endswith(" action"):
                started = started.removeprefix(" in action")
        return self.fault(f"{token.text}{started}")

    def fault(self, reason: str) -> SyntaxFault:
        """The error where the last piece was."""
        return SyntaxFault(self._placed(reason))

    def nest(self) -> None:
        """Go one deeper.  Raises `LimitReached`."""
        self.reading.nesting += 1
        if self.reading.nesting > self.reading.limits.nesting:
            raise LimitReached(self._placed(f"more than {self.reading.limits.nesting} levels in one another"))

    def leave(self) -> None:
        """Come back from one deeper."""
        self.reading.nesting -= 1

    def _placed(self, reason: str) -> str:
        return f"template: {self.reading.name}:{self._line}: {reason}"
