"""The parsed form of an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in the text."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`; with `test` it is `has(operand.field)`."""

    operand: Node
    field: str
    test: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """`operand[key]`"""

    operand: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or an operator by its symbol; `target` stands before the dot, if there is one."""

    function: str
    arguments: tuple[Node, ...]
    target: Node | None = None


@dataclass(frozen=True, slots=True)
class Logic:
    """A chain of `&&` or of `||`, which need no order."""

    all: bool
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? then : otherwise`"""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{a: b}`"""

    entries: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Construct:
    """`package.Type{field: value}`"""

    type: str
    fields: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Macro:
    """A loop over the items of a list or the keys of a map.

    Args:
        kind: `all`, `exists`, `exists_one`, `filter` or `map`.
        over: what it goes over. variable: the name of each item.
        condition: of an item, None in a map without one. result: of an item, in a map.
    """

    kind: str
    over: Node
    variable: str
    condition: Node | None
    result: Node | None = None


Node = Literal | Name | Select | Index | Call | Logic | Choice | ListOf | MapOf | Construct | Macro
