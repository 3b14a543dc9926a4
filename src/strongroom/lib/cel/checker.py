"""Checks the names of a parsed expression, so that a misspelt one is refused when it is written (p)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from strongroom.lib.cel import functions, patterns
from strongroom.lib.cel.errors import CelError
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
from strongroom.lib.cel.values import TYPE_NAMES, MessageType, type_of

DEEPEST = 100
_OPERATORS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%", "!_", "-_"})
_FIELD_KINDS = {"string": "string", "bool": "bool", "int": "int", "uint": "uint"}


def children(node: Node) -> Iterator[Node]:
    """The parts of a node."""
    match node:
        case Select():
            yield node.operand
        case Index():
            yield from (node.operand, node.key)
        case Call():
            yield from node.arguments
            if node.target is not None:
                yield node.target
        case Logic():
            yield from node.terms
        case Choice():
            yield from (node.condition, node.then, node.otherwise)
        case ListOf():
            yield from node.items
        case MapOf():
            for entry in node.entries:
                yield from entry
        case Construct():
            yield from (value for _, value in node.fields)
        case Macro():
            yield from (part for part in (node.over, node.condition, node.result) if part is not None)


def check_depth(node: Node) -> int:
    """The number of an expression's parts.  Raises `CelError` for one that is nested too deeply to be evaluated."""
    level, count = [node], 0
    for _ in range(DEEPEST):
        count += len(level)
        level = [child for each in level for child in children(each)]
        if not level:
            return count
    raise CelError(f"the expression is nested more than {DEEPEST} deep")


def check_names(node: Node, names: frozenset[str], types: Mapping[str, MessageType]) -> None:
    """Raise `CelError` for a name, a function or a field that isn't there.  The depth must have been checked."""
    match node:
        case Name():
            if node.name not in names and node.name not in TYPE_NAMES:
                raise CelError(f"undeclared reference to '{node.name}'")
            return
        case Select() if not node.test and qualified(node) in TYPE_NAMES:
            return
        case Call() if node.function not in _OPERATORS:
            _check_call(node)
            if isinstance(node.target, Name) and (f"{node.target.name}.{node.function}" in functions.NAMES):
                for argument in node.arguments:
                    check_names(argument, names, types)
                return
        case Construct():
            _check_fields(node, types)
        case Macro():
            check_names(node.over, names, types)
            inner = names | {node.variable}
            for part in (node.condition, node.result):
                if part is not None:
                    check_names(part, inner, types)
            return
    for child in children(node):
        check_names(child, names, types)


def _check_call(node: Call) -> None:
    name, count = node.function, len(node.arguments)
    if node.target is None:
        known = (name, count) in functions.GLOBAL
    else:
        spaced = f"{node.target.name}.{name}" if isinstance(node.target, Name) else ""
        known = (spaced, count) in functions.GLOBAL or (name, count) in functions.MEMBER
    if name == "matches":
        patterns.check_available()
    if not known and name in functions.NAMES:
        raise CelError(f"found no matching overload for '{name}' with {count} arguments")
    if not known:
        raise CelError(f"undeclared reference to '{name}'")


def _check_fields(node: Construct, types: Mapping[str, MessageType]) -> None:
    type_ = types.get(node.type)
    if type_ is None:
        raise CelError(f"undeclared reference to '{node.type}'")
    for name, value in node.fields:
        if name not in type_.fields:
            raise CelError(f"undefined field '{name}'")
        expected, given = type_.fields[name], _kind(value)
        if given and expected in {*_FIELD_KINDS, "strings", "map"} and given != _shown(expected):
            raise CelError(f"expected type of field '{name}' is '{_shown(expected)}' but provided type is '{given}'")


def _kind(node: Node) -> str:
    """The kind of a value that the text alone tells, else empty."""
    match node:
        case Literal():
            return type_of(node.value).removesuffix("_type")
        case ListOf():
            kinds = {_kind(item) for item in node.items}
            return "" if not kinds or "" in kinds else f"list({kinds.pop()})" if len(kinds) == 1 else "list(dyn)"
    return ""


def _shown(kind: str) -> str:
    return {"strings": "list(string)", "map": "map(string, string)"}.get(kind, kind)
