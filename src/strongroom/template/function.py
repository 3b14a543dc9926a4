"""What a function of templates is: what it takes, and what computes it (p)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from strongroom.template.budget import Budget


class Kind(Enum):
    """The type of a parameter, by the name that Go gives it in messages."""

    ANY = "interface {}"
    STRING = "string"
    INT = "int"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT = "float64"
    BOOL = "bool"
    BYTES = "[]uint8"
    STRINGS = "[]string"
    LIST = "[]interface {}"
    MAP = "map[string]interface {}"
    TIME = "time.Time"
    REFLECTED = "reflect.Value"


class Execution(Protocol):
    """What is executed, for functions that execute templates themselves."""

    @property
    def budget(self) -> Budget:
        """What it may still cost."""

    def run(self, name: str, data: Any) -> str:
        """The result of a defined template for some data.  Raises `TemplateError`, and `FunctionFailed` without it."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function by which templates compute.

    Attributes:
        call: computes it from arguments that the evaluator has checked; raises `FunctionFailed`.
        takes: the types of its parameters.
        rest: of all further arguments; None if there can't be any.
        around: whether `call` takes the `Surroundings` before the arguments.
        execution: whether `call` takes the `Execution` before the arguments.
    """

    call: Callable[..., Any]
    takes: tuple[Kind, ...] = ()
    rest: Kind | None = None
    around: bool = False
    execution: bool = False
