"""Reads what stands inside of actions: pipelines, commands, operands.

Source: https://pkg.go.dev/text/template#hdr-Pipelines, #hdr-Arguments
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from strongroom.template.formatting.quoting import quoted
from strongroom.template.reading import nodes
from strongroom.template.reading.literals import BadLiteral, character_value, string_value
from strongroom.template.reading.numbers import character_values, number_values
from strongroom.template.reading.stream import Stream
from strongroom.template.reading.tokens import Sort, Token
from strongroom.template.reading.writing import written

_VALUES_ALONE: Final = (nodes.Truth, nodes.Dot, nodes.Nil, nodes.NumberLiteral, nodes.Text)
_MOST_RANGE_VARIABLES: Final = 2


class Variables:
    """The names that are declared at a place."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._counts: Counter[str] = Counter("$")

    def __contains__(self, name: str) -> bool:
        return self._counts[name] > 0

    def __len__(self) -> int:
        return len(self._names)

    def declare(self, name: str) -> None:
        """Add a name, which may be there already."""
        self._names.append(name)
        self._counts[name] += 1

    def forget(self, kept: int) -> None:
        """Take away the newest names until so many are left."""
        self._counts.subtract(self._names[kept:])
        del self._names[kept:]


class ExpressionParser:
    """Reads pipelines, and knows which variables there are."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.variables = Variables()
        self._terms: Mapping[Sort, Callable[[Token], nodes.Operand]] = {
            Sort.IDENTIFIER: self._identifier,
            Sort.DOT: lambda token: nodes.Dot(token.at),
            Sort.NIL: lambda token: nodes.Nil(token.at),
            Sort.VARIABLE: self._used_variable,
            Sort.FIELD: lambda token: nodes.Field(token.at, (token.text[1:],)),
            Sort.BOOL: lambda token: nodes.Truth(token.at, token.text == "true"),
            Sort.CHARACTER: self._number,
            Sort.COMPLEX: self._number,
            Sort.NUMBER: self._number,
            Sort.LEFT_PAREN: self._parenthesised,
            Sort.STRING: lambda token: nodes.Text(token.at, token.text, self.string(token)),
            Sort.RAW_STRING: lambda token: nodes.Text(token.at, token.text, self.string(token)),
        }

    def pipeline(self, context: str, end: Sort) -> nodes.Pipeline:
        """Read a pipeline and the piece that ends it.  Raises `SyntaxFault`.

        Args:
            context: what it is part of, for error texts; `range` may declare two variables.
        """
        at = self._stream.peek_but_space().at
        variables, assigns = self._declarations(context)
        commands: list[nodes.Command] = []
        while (token := self._stream.next_but_space()).sort is not end:
            if token.sort not in self._terms:
                raise self._stream.unexpected(token, context)
            self._stream.back(token)
            commands.append(self._command())
        if not commands:
            raise self._stream.fault(f"missing value for {context}")
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command.operands[0], _VALUES_ALONE):
                raise self._stream.fault(f"non executable command in pipeline stage {stage}")
        return nodes.Pipeline(at, variables, assigns, tuple(commands))

    def string(self, token: Token) -> str:
        """The value of a string.  Raises `SyntaxFault`."""
        try:
            return string_value(token.text)
        except BadLiteral as error:
            raise self._stream.fault(str(error)) from None

    def _declarations(self, context: str) -> tuple[tuple[nodes.Variable, ...], bool]:
        """The variables that a pipeline sets, and whether it assigns rather than declares."""
        variables: list[nodes.Variable] = []
        while (variable := self._stream.peek_but_space()).sort is Sort.VARIABLE:
            self._stream.next()
            behind = self._stream.peek()
            after = self._stream.peek_but_space()
            is_comma = after.sort is Sort.SIGN and after.text == ","
            if not is_comma and after.sort not in {Sort.ASSIGN, Sort.DECLARE}:
                self._stream.back(*((variable, behind) if behind.sort is Sort.SPACE else (variable,)))
                break
            self._stream.next_but_space()
            variables.append(nodes.Variable(variable.at, (variable.text,)))
            self.variables.declare(variable.text)
            if not is_comma:
                return tuple(variables), after.sort is Sort.ASSIGN
            if context != "range" or len(variables) >= _MOST_RANGE_VARIABLES:
                raise self._stream.fault(f"too many declarations in {context}")
            if self._stream.peek_but_space().sort not in {Sort.VARIABLE, Sort.RIGHT, Sort.RIGHT_PAREN}:
                raise self._stream.fault("range can only initialize variables")
        return tuple(variables), False

    def _command(self) -> nodes.Command:
        at = self._stream.peek_but_space().at
        operands: list[nodes.Operand] = []
        while True:
            self._stream.peek_but_space()
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self._stream.next()
            if token.sort is Sort.SPACE:
                continue
            if token.sort in {Sort.RIGHT, Sort.RIGHT_PAREN}:
                self._stream.back(token)
            elif token.sort is not Sort.PIPE:
                raise self._stream.unexpected(token, "operand")
            break
        if not operands:
            raise self._stream.fault("empty command")
        return nodes.Command(at, tuple(operands))

    def _operand(self) -> nodes.Operand | None:
        """A term with the fields behind it; None if the next piece isn't one."""
        token = self._stream.next_but_space()
        if token.sort not in self._terms:
            self._stream.back(token)
            return None
        term = self._terms[token.sort](token)
        at = self._stream.peek().at
        names: list[str] = []
        while self._stream.peek().sort is Sort.FIELD:
            names.append(self._stream.next().text[1:])
        if not names:
            return term
        match term:
            case nodes.Field():
                return nodes.Field(at, (*term.names, *names))
            case nodes.Variable():
                return nodes.Variable(at, (*term.names, *names))
            case nodes.Identifier() | nodes.Pipeline():
                return nodes.Chain(at, term, tuple(names))
            case _:
                raise self._stream.fault(f"unexpected . after term {quoted(written(term))}")

    def _identifier(self, token: Token) -> nodes.Identifier:
        if token.text not in self._stream.reading.functions:
            raise self._stream.fault(f"function {quoted(token.text)} not defined")
        return nodes.Identifier(token.at, token.text)

    def _used_variable(self, token: Token) -> nodes.Variable:
        if token.text not in self.variables:
            raise self._stream.fault(f"undefined variable {quoted(token.text)}")
        return nodes.Variable(token.at, (token.text,))

    def _number(self, token: Token) -> nodes.NumberLiteral:
        if token.sort is Sort.COMPLEX or token.text.endswith("i"):
            raise self._stream.fault(f"complex numbers aren't supported: {quoted(token.text)}")
        try:
            if token.sort is Sort.CHARACTER:
                return nodes.NumberLiteral(token.at, token.text, character_values(character_value(token.text)))
            return nodes.NumberLiteral(token.at, token.text, number_values(token.text))
        except BadLiteral as error:
            raise self._stream.fault(str(error)) from None

    def _parenthesised(self, _: Token) -> nodes.Pipeline:
        self._stream.nest()
        pipeline = self.pipeline("parenthesized pipeline", Sort.RIGHT_PAREN)
        self._stream.leave()
        return pipeline
