"""Evaluates parsed expressions, step by counted step.

Source: https://github.com/cel-expr/cel-spec/blob/master/doc/langdef.md#evaluation
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from strongroom.lib.cel import functions, operators
from strongroom.lib.cel.errors import CelError, TooCostly, no_overload
from strongroom.lib.cel.messages import construct
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
from strongroom.lib.cel.parser import qualified
from strongroom.lib.cel.steps import Steps
from strongroom.lib.cel.values import TYPE_NAMES, CelMap, Message, MessageType, Type

_MISSING = object()


class Evaluator:
    """Evaluates the expressions of one program.

    Args:
        names: the values of names; variables of macros come and go in it.
        types: the types that can be constructed, by name.
        steps: what it may cost.
    """

    def __init__(self, names: dict[str, Any], types: Mapping[str, MessageType], steps: Steps) -> None:
        self._names = names
        self._types = types
        self._steps = steps

    def value(self, node: Node) -> Any:
        """The value of an expression.  Raises `CelError`."""
        self._steps.use()
        return _BY_NODE[type(node)](self, node)

    def _literal(self, node: Literal) -> Any:
        return node.value

    def _name(self, node: Name) -> Any:
        if node.name in self._names:
            return self._names[node.name]
        if node.name in TYPE_NAMES:
            return Type(node.name)
        raise CelError(f"no such attribute(s): {node.name}")

    def _select(self, node: Select) -> Any:
        if not node.test and (name := qualified(node)) in TYPE_NAMES:
            return Type(name)
        operand = self.value(node.operand)
        found = _field(operand, node.field)
        if node.test:
            return found is not _MISSING
        if found is not _MISSING:
            return found
        if isinstance(operand, CelMap | Message):
            raise CelError(f"no such key: {node.field}")
        raise no_overload()

    def _index(self, node: Index) -> Any:
        operand, key = self.value(node.operand), self.value(node.key)
        if isinstance(operand, CelMap):
            found = operand.get(key, _MISSING)
            if found is _MISSING:
                raise CelError(f"no such key: {str(key)[:100]}")
            return found
        if not isinstance(operand, list):
            raise no_overload()
        if isinstance(key, bool) or not isinstance(key, int | float) or key != key // 1:
            raise CelError("unsupported index type in list")
        if not 0 <= key < len(operand):
            raise CelError(f"index out of bounds: {int(key)}")
        return operand[int(key)]

    def _call(self, node: Call) -> Any:
        name = node.function
        if node.target is not None:
            return self._member(node, node.target)
        if (operator := _OPERATORS.get(name)) is not None:
            return operator(self._steps, *map(self.value, node.arguments))
        function = functions.GLOBAL[name, len(node.arguments)]
        return function(self._steps, *map(self.value, node.arguments))

    def _member(self, node: Call, target: Node) -> Any:
        count = len(node.arguments)
        if isinstance(target, Name) and (spaced := (f"{target.name}.{node.function}", count)) in functions.GLOBAL:
            return functions.GLOBAL[spaced](self._steps, *map(self.value, node.arguments))
        function = functions.MEMBER[node.function, count]
        return function(self._steps, self.value(target), *map(self.value, node.arguments))

    def _logic(self, node: Logic) -> bool:
        """The value that decides, wherever it stands; otherwise the first error."""
        decides = not node.all
        failure: CelError | None = None
        for term in node.terms:
            try:
                value = self.value(term)
                if not isinstance(value, bool):
                    raise no_overload()
            except TooCostly:
                raise
            except CelError as error:
                failure = failure or error
                continue
            if value is decides:
                return decides
        if failure is not None:
            raise failure
        return not decides

    def _choice(self, node: Choice) -> Any:
        condition = self.value(node.condition)
        if not isinstance(condition, bool):
            raise no_overload()
        return self.value(node.then if condition else node.otherwise)

    def _list(self, node: ListOf) -> list[Any]:
        return [self.value(item) for item in node.items]

    def _map(self, node: MapOf) -> CelMap:
        found = CelMap()
        for key, value in node.entries:
            found.put(self.value(key), self.value(value))
        return found

    def _construct(self, node: Construct) -> Message:
        return construct(self._types[node.type], {name: self.value(value) for name, value in node.fields}, self._steps)

    def _macro(self, node: Macro) -> Any:
        over = self.value(node.over)
        if not isinstance(over, list | CelMap):
            raise no_overload()
        before = self._names.get(node.variable, _MISSING)
        try:
            return _MACROS[node.kind](self, node, over)
        finally:
            if before is _MISSING:
                self._names.pop(node.variable, None)
            else:
                self._names[node.variable] = before

    def _each(self, node: Macro, over: Any) -> Iterator[Any]:
        for item in over:
            self._steps.use()
            self._names[node.variable] = item
            yield item

    def _quantified(self, node: Macro, over: Any) -> bool:
        """`all` and `exists`: the item that decides, wherever it stands; otherwise the first error."""
        decides = node.kind == "exists"
        failure: CelError | None = None
        for _ in self._each(node, over):
            try:
                value = self._holds(node)
            except TooCostly:
                raise
            except CelError as error:
                failure = failure or error
                continue
            if value is decides:
                return decides
        if failure is not None:
            raise failure
        return not decides

    def _holds(self, node: Macro) -> bool:
        if node.condition is None:
            return True
        value = self.value(node.condition)
        if not isinstance(value, bool):
            raise no_overload()
        return value

    def _exists_one(self, node: Macro, over: Any) -> bool:
        return sum(self._holds(node) for _ in self._each(node, over)) == 1

    def _filter(self, node: Macro, over: Any) -> list[Any]:
        return [item for item in self._each(node, over) if self._holds(node)]

    def _mapped(self, node: Macro, over: Any) -> list[Any]:
        assert node.result is not None
        return [self.value(node.result) for _ in self._each(node, over) if self._holds(node)]


def _field(operand: Any, name: str) -> Any:
    if isinstance(operand, CelMap):
        return operand.get(name, _MISSING)
    if isinstance(operand, list):  # even where it is only asked for, so that no `!has()` is true of a list
        raise CelError("unsupported index type 'string' in list")
    return operand.fields.get(name, _MISSING) if isinstance(operand, Message) else _MISSING


def _inverted(steps: Steps, value: Any) -> bool:
    del steps
    if not isinstance(value, bool):
        raise no_overload()
    return not value


def _ordering(symbol: str) -> Callable[..., Any]:
    return lambda steps, left, right: operators.compare(symbol, left, right, steps)


def _arithmetic(symbol: str) -> Callable[..., Any]:
    return lambda steps, left, right: operators.arithmetic(symbol, left, right, steps)


_OPERATORS: dict[str, Callable[..., Any]] = {
    "==": lambda steps, left, right: operators.equal(left, right, steps),
    "!=": lambda steps, left, right: not operators.equal(left, right, steps),
    "in": lambda steps, item, container: operators.contained(item, container, steps),
    "!_": _inverted,
    "-_": lambda _, value: operators.negated(value),
    **{symbol: _ordering(symbol) for symbol in ("<", "<=", ">", ">=")},
    **{symbol: _arithmetic(symbol) for symbol in "+-*/%"},
}
_MACROS: dict[str, Callable[[Evaluator, Macro, Any], Any]] = {
    "all": Evaluator._quantified,
    "exists": Evaluator._quantified,
    "exists_one": Evaluator._exists_one,
    "filter": Evaluator._filter,
    "map": Evaluator._mapped,
}
_BY_NODE: dict[type, Callable[[Evaluator, Any], Any]] = {
    Literal: Evaluator._literal,
    Name: Evaluator._name,
    Select: Evaluator._select,
    Index: Evaluator._index,
    Call: Evaluator._call,
    Logic: Evaluator._logic,
    Choice: Evaluator._choice,
    ListOf: Evaluator._list,
    MapOf: Evaluator._map,
    Construct: Evaluator._construct,
    Macro: Evaluator._macro,
}
