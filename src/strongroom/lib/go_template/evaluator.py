"""Evaluates the nodes of a template (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.lib.go_template.budget import Budget
from strongroom.lib.go_template.comparisons import COMPARISONS, is_true
from strongroom.lib.go_template.errors import FunctionFailed, inapplicable
from strongroom.lib.go_template.functions import FUNCTIONS, Surroundings
from strongroom.lib.go_template.marked import Marked, joined, plain
from strongroom.lib.go_template.nodes import Branch, Call, Field, Literal, Node, Value
from strongroom.lib.go_template.printing import formatted, printed, shown

_LAZY: Final = frozenset({"and", "or"})
_PRINTING: Final = frozenset({"print", "printf"})
_KINDS: Final[Mapping[type, str]] = {Marked: "string", int: "int", bool: "bool"}


def is_function(name: str) -> bool:
    """Whether there is a function of this name."""
    return name in FUNCTIONS or name in COMPARISONS or name in _LAZY or name in _PRINTING


def evaluate(nodes: tuple[Node, ...], values: Mapping[str, str | int], around: Surroundings) -> Marked:
    """The text that these nodes give.  Raises `InvalidRequest`."""
    return _Evaluation(values, around).body(nodes)


class _Evaluation:
    def __init__(self, values: Mapping[str, str | int], around: Surroundings) -> None:
        self._values = values
        self._around = around
        self._budget = Budget()

    def body(self, nodes: tuple[Node, ...]) -> Marked:
        try:
            parts = [shown(self._value(node)) for node in nodes]
            self._budget.use(sum(map(len, parts)))
        except FunctionFailed as error:
            raise inapplicable("", str(error)) from error
        return joined(parts)

    def _value(self, node: Node) -> Value:
        match node:
            case Literal():
                return node.value
            case Field():
                return self._field(node)
            case Branch():
                return self.body(node.then if is_true(self._value(node.condition)) else node.otherwise)
            case Call() if node.name in _LAZY:
                return self._lazy(node)
            case Call():
                arguments = [self._value(argument) for argument in node.arguments]
                try:
                    self._budget.use(sum(len(each) for each in arguments if isinstance(each, Marked)))
                    return self._called(node.name, arguments)
                except FunctionFailed as error:
                    raise inapplicable(node.place, f"error calling {node.name}: {error}") from error

    def _field(self, node: Field) -> Marked | int:
        if node.name not in self._values:
            known = ", ".join(f".{name}" for name in sorted(self._values)) or "none"
            raise inapplicable(node.place, f"can't evaluate field {node.name[:64]}; there are {known}")
        value = self._values[node.name]
        try:
            return plain(value) if isinstance(value, str) else value
        except UnicodeEncodeError:
            raise inapplicable(node.place, f"the value of {node.name[:64]} is not UTF-8") from None

    def _lazy(self, node: Call) -> Value:
        """`and` and `or`: the first argument that decides, or the last one."""
        if not node.arguments:
            raise inapplicable(node.place, f"wrong number of args for {node.name}: want at least 1 got 0")
        *first, last = node.arguments
        for argument in first:
            value = self._value(argument)
            if is_true(value) is (node.name == "or"):
                return value
        return self._value(last)

    def _called(self, name: str, arguments: list[Value]) -> Value:
        if name in COMPARISONS:
            return COMPARISONS[name](*arguments)
        if name == "print":
            return printed(*arguments)
        if name == "printf":
            if not arguments or not isinstance(arguments[0], Marked):
                raise FunctionFailed("expected a string first")
            return formatted(arguments[0], *arguments[1:])
        function = FUNCTIONS[name]
        if len(arguments) != len(function.arguments):
            raise FunctionFailed(f"wrong number of args: want {len(function.arguments)} got {len(arguments)}")
        for argument, wanted in zip(arguments, function.arguments, strict=True):
            if type(argument) is not wanted:
                raise FunctionFailed(f"wrong type for value; expected {_KINDS[wanted]}; got {_KINDS[type(argument)]}")
        return function.call(self._around, *arguments)
