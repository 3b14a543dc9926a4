"""What a template consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from strongroom.lib.go_template.marked import Marked

Value: TypeAlias = Marked | int | bool


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a number or a boolean; also the text between actions."""

    value: Value


@dataclass(frozen=True, slots=True)
class Field:
    """`.Name`."""

    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments.  What is piped into it is the last one."""

    name: str
    arguments: tuple[Node, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Branch:
    """`{{if …}} … {{else}} … {{end}}`."""

    condition: Node
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...]


Node: TypeAlias = Literal | Field | Call | Branch
