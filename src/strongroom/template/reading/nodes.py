"""The tree of a template.

Each node knows at which character of the text it is said to stand in error texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from strongroom.template.reading.numbers import NumberValues


@dataclass(frozen=True, slots=True)
class Dot:
    """`.`"""

    at: int


@dataclass(frozen=True, slots=True)
class Nil:
    """`nil`"""

    at: int


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`"""

    at: int
    value: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A string, as it was written and what it means."""

    at: int
    quoted: str
    value: str


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    """A number or a character, as it was written and what it means."""

    at: int
    spelled: str
    values: NumberValues


@dataclass(frozen=True, slots=True)
class Field:
    """`.name.name`"""

    at: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name.name`; the first name has the dollar sign."""

    at: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """The name of a function."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each of which gets the value of the one before, and the variables that get the last one's.

    Attributes:
        assigns: whether the variables were declared before.
    """

    at: int
    variables: tuple[Variable, ...]
    assigns: bool
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`(pipeline).name.name`, or such names behind a function's."""

    at: int
    term: Pipeline | Identifier
    names: tuple[str, ...]


Operand: TypeAlias = Dot | Nil | Truth | Text | NumberLiteral | Field | Variable | Identifier | Chain | Pipeline


@dataclass(frozen=True, slots=True)
class Command:
    """A value, or a function or method with its arguments."""

    at: int
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """What stands outside of actions."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """A pipeline whose value is printed."""

    at: int
    pipeline: Pipeline


class Choice(Enum):
    """What decides about a branch."""

    IF = "if"
    WITH = "with"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Branch:
    """`if`, `with` or `range`.

    Attributes:
        otherwise: None without `else`.
    """

    at: int
    choice: Choice
    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...] | None


@dataclass(frozen=True, slots=True)
class Break:
    """Ends the innermost `range`."""

    at: int


@dataclass(frozen=True, slots=True)
class Continue:
    """Goes on with the next element of the innermost `range`."""

    at: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """`template`; without a pipeline its dot is nil."""

    at: int
    name: str
    pipeline: Pipeline | None


Node: TypeAlias = Plain | Action | Branch | Break | Continue | Invocation
