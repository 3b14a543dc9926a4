"""Reads templates: what stands between actions, and the actions that hold others.

Source: https://pkg.go.dev/text/template#hdr-Actions
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, TypeAlias

from strongroom.template.errors import LimitReached
from strongroom.template.formatting.quoting import quoted
from strongroom.template.limits import Limits
from strongroom.template.reading import nodes
from strongroom.template.reading.expressions import ExpressionParser
from strongroom.template.reading.lexer import Lexer
from strongroom.template.reading.stream import Reading, Stream
from strongroom.template.reading.tokens import Sort, Token

_WHITE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""Space as Go knows it; Python takes some control characters for space too."""
_STRINGS: Final = (Sort.STRING, Sort.RAW_STRING)
_CHOICES: Final[Mapping[Sort, nodes.Choice]] = {
    Sort.IF: nodes.Choice.IF,
    Sort.WITH: nodes.Choice.WITH,
    Sort.RANGE: nodes.Choice.RANGE,
}
_Ending: TypeAlias = Sort
"""`END` or `ELSE`."""


def trees_of(
    text: str, *, name: str, functions: Collection[str], delimiters: tuple[str, str], limits: Limits
) -> dict[str, tuple[nodes.Node, ...]]:
    """All templates of a text by their names, the text itself among them.

    Raises: `SyntaxFault`, and `LimitReached` for what is nested too deep.
    """
    words = {"break", "continue"}.intersection(functions)
    reading = Reading(name, Lexer(text, delimiters, words), functions, limits)
    try:
        _TreeParser(reading).whole_text()
    except RecursionError:
        raise LimitReached(f"template: {name}: the text is nested too deep") from None
    return reading.trees


class _TreeParser:
    """Reads one template: the whole text, or what `define` or `block` holds."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._stream = Stream(reading)
        self._expressions = ExpressionParser(self._stream)
        self._ranges = 0

    def whole_text(self) -> None:
        body: list[nodes.Node] = []
        while (token := self._stream.peek()).sort is not Sort.END_OF_TEXT:
            if token.sort is Sort.LEFT:
                self._stream.next()
                keyword = self._stream.next_but_space()
                if keyword.sort is Sort.DEFINE:
                    _TreeParser(self._reading).definition()
                    continue
                self._stream.back(token, keyword)
            node = self._text_or_action()
            if isinstance(node, Sort):
                raise self._stream.fault(f"unexpected {_shown(node)}")
            body.append(node)
        self._add(self._reading.name, tuple(body))

    def definition(self) -> None:
        """Read a definition behind its keyword."""
        context = "define clause"
        name = self._expressions.string(self._stream.expect(_STRINGS, context))
        self._stream.expect({Sort.RIGHT}, context)
        body, ending = self._body()
        if ending is not Sort.END:
            raise self._stream.fault(f"unexpected {_shown(ending)} in {context}")
        self._add(name, body)

    def block_body(self, name: str) -> _Ending:
        """Read what a block defines; tell what ended it."""
        body, ending = self._body()
        if ending is Sort.END:
            self._add(name, body)
        return ending

    def _add(self, name: str, body: tuple[nodes.Node, ...]) -> None:
        """Keep a template under its name.  An empty one gives way to another."""
        trees = self._reading.trees
        if name not in trees or _is_empty(trees[name]):
            trees[name] = body
        elif not _is_empty(body):
            raise self._stream.fault(f"template: multiple definition of template {quoted(name)}")

    def _body(self) -> tuple[tuple[nodes.Node, ...], _Ending]:
        """The nodes up to `end` or `else`, and which of them it was."""
        body: list[nodes.Node] = []
        self._stream.nest()
        while self._stream.peek_but_space().sort is not Sort.END_OF_TEXT:
            node = self._text_or_action()
            if isinstance(node, Sort):
                self._stream.leave()
                return tuple(body), node
            body.append(node)
        raise self._stream.fault("unexpected EOF")

    def _text_or_action(self) -> nodes.Node | _Ending:
        token = self._stream.next_but_space()
        if token.sort is Sort.TEXT:
            return nodes.Plain(token.at, token.text)
        if token.sort is not Sort.LEFT:
            raise self._stream.unexpected(token, "input")
        self._stream.action_line = token.line
        node = self._action()
        self._stream.action_line = 0
        return node

    def _action(self) -> nodes.Node | _Ending:
        token = self._stream.next_but_space()
        match token.sort:
            case Sort.BLOCK:
                return self._block()
            case Sort.BREAK | Sort.CONTINUE:
                return self._jump(token)
            case Sort.ELSE:
                return self._else()
            case Sort.END:
                self._stream.expect({Sort.RIGHT}, "end")
                return Sort.END
            case Sort.IF | Sort.RANGE | Sort.WITH:
                return self._branch(_CHOICES[token.sort])
            case Sort.TEMPLATE:
                return self._invocation()
        self._stream.back(token)
        return nodes.Action(token.at, self._expressions.pipeline("command", Sort.RIGHT))

    def _jump(self, token: Token) -> nodes.Break | nodes.Continue:
        word = f"{{{{{token.text}}}}}"
        self._stream.expect({Sort.RIGHT}, word)
        if self._ranges == 0:
            raise self._stream.fault(f"{word} outside {{{{range}}}}")
        return nodes.Break(token.at) if token.sort is Sort.BREAK else nodes.Continue(token.at)

    def _else(self) -> _Ending:
        # `else if` and `else with` leave their second word for the branch that they belong to.
        if self._stream.peek_but_space().sort not in {Sort.IF, Sort.WITH}:
            self._stream.expect({Sort.RIGHT}, "else")
        return Sort.ELSE

    def _branch(self, choice: nodes.Choice) -> nodes.Branch:
        """A branch with all its alternatives, each of which is the `else` of the one before."""
        declared = len(self._expressions.variables)
        parts: list[tuple[nodes.Pipeline, tuple[nodes.Node, ...]]] = []
        otherwise: tuple[nodes.Node, ...] | None = None
        while True:
            pipeline = self._expressions.pipeline(choice.value, Sort.RIGHT)
            self._ranges += choice is nodes.Choice.RANGE
            body, ending = self._body()
            self._ranges -= choice is nodes.Choice.RANGE
            parts.append((pipeline, body))
            if ending is Sort.END:
                break
            if choice is not nodes.Choice.RANGE and _CHOICES.get(self._stream.peek().sort) is choice:
                self._stream.next()
                continue
            otherwise, ending = self._body()
            if ending is not Sort.END:
                raise self._stream.fault(f"expected end; found {_shown(ending)}")
            break
        self._expressions.variables.forget(declared)
        for pipeline, body in reversed(parts[1:]):
            otherwise = (nodes.Branch(pipeline.at, choice, pipeline, body, otherwise),)
        pipeline, body = parts[0]
        return nodes.Branch(pipeline.at, choice, pipeline, body, otherwise)

    def _block(self) -> nodes.Invocation:
        context = "block clause"
        token = self._stream.expect(_STRINGS, context)
        name = self._expressions.string(token)
        pipeline = self._expressions.pipeline(context, Sort.RIGHT)
        ending = _TreeParser(self._reading).block_body(name)
        if ending is not Sort.END:
            raise self._stream.fault(f"unexpected {_shown(ending)} in {context}")
        return nodes.Invocation(token.at, name, pipeline)

    def _invocation(self) -> nodes.Invocation:
        context = "template clause"
        token = self._stream.expect(_STRINGS, context)
        name = self._expressions.string(token)
        after = self._stream.next_but_space()
        if after.sort is Sort.RIGHT:
            return nodes.Invocation(token.at, name, None)
        self._stream.back(after)
        return nodes.Invocation(token.at, name, self._expressions.pipeline(context, Sort.RIGHT))


def _shown(ending: _Ending) -> str:
    return "{{end}}" if ending is Sort.END else "{{else}}"


def _is_empty(body: tuple[nodes.Node, ...]) -> bool:
    return all(isinstance(node, nodes.Plain) and not node.text.strip(_WHITE) for node in body)
