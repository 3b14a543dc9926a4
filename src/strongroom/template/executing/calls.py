"""Calls functions: how many arguments they get, of which types, and what they cost.

Source: https://pkg.go.dev/text/template#FuncMap
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from strongroom.template.errors import FunctionFailed
from strongroom.template.executing.arguments import fitted
from strongroom.template.executing.builtins import AND, CALL, OR
from strongroom.template.executing.frame import Frame, Place
from strongroom.template.executing.held import ABSENT, NOTHING, boxed_nil, opened
from strongroom.template.executing.refusal import Refusal
from strongroom.template.executing.truth import is_true
from strongroom.template.function import Execution, Function, Kind
from strongroom.template.reading import nodes
from strongroom.template.reading.writing import written
from strongroom.template.surroundings import Surroundings
from strongroom.template.types import type_name


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of a call.

    Attributes:
        final: the value of the command before, which is the last argument; `ABSENT` without one.
    """

    operands: tuple[nodes.Operand, ...] = ()
    final: Any = ABSENT

    def __len__(self) -> int:
        return len(self.operands) + (self.final is not ABSENT)


NOTHING_GIVEN: Final = Given()
ArgumentOf: TypeAlias = Callable[[Frame, nodes.Operand, Kind], Any]
"""Computes an argument as a type."""


class Caller:
    """Calls functions for one execution."""

    def __init__(self, around: Surroundings, execution: Execution, argument_of: ArgumentOf) -> None:
        self._around = around
        self._execution = execution
        self._argument_of = argument_of

    def call(self, frame: Frame, function: Function, node: Place, name: str, given: Given) -> Any:
        """The value of a call.  Raises `ExecutionFault`, `Refusal`.

        Args:
            node: what error texts name when the function fails.
        """
        _check_count(function, name, given)
        if function is AND or function is OR:
            return self._decided(frame, given, ends=function is OR)
        arguments = [
            self._argument_of(frame, operand, _kind_of(function, number))
            for number, operand in enumerate(given.operands)
        ]
        if given.final is not ABSENT:
            arguments.append(fitted(given.final, _kind_of(function, len(given.operands))))
        try:
            return self._computed(function, arguments, given)
        except FunctionFailed as error:
            frame.node = node
            raise frame.fault(f"error calling {name}: {error.text}") from error

    def _computed(self, function: Function, arguments: list[Any], given: Given) -> Any:
        if function is CALL:
            raise _no_function(arguments[0], given)
        budget = self._execution.budget
        budget.check_time()
        for argument in arguments:
            # Go's own functions look at an element or two of a list, whatever its length is.
            if isinstance(argument, (str, bytes)) or Kind.REFLECTED not in function.takes:
                budget.hand_over(argument)
        if function.execution:
            arguments.insert(0, self._execution)
        if function.around:
            arguments.insert(0, self._around)
        result = function.call(*arguments)
        budget.hand_over(result)
        if isinstance(result, str):
            budget.check_text(len(result))
        return boxed_nil(result)

    def _decided(self, frame: Frame, given: Given, *, ends: bool) -> Any:
        """`and` and `or`: the first value that decides, or the last one.  Those behind it aren't computed.

        Args:
            ends: the truth that decides.
        """
        value: Any = NOTHING
        for operand in given.operands:
            value = self._argument_of(frame, operand, Kind.REFLECTED)
            if is_true(value) is ends:
                return value
        return value if given.final is ABSENT else given.final


def _check_count(function: Function, name: str, given: Given) -> None:
    wanted = len(function.takes)
    if function.rest is not None:
        if len(given) < wanted:
            raise Refusal(f"wrong number of args for {name}: want at least {wanted} got {len(given.operands)}")
    elif len(given) != wanted:
        raise Refusal(f"wrong number of args for {name}: want {wanted} got {len(given)}")


def _kind_of(function: Function, number: int) -> Kind:
    """The type of a parameter.  How many there are has been checked."""
    return function.takes[number] if number < len(function.takes) else function.rest or Kind.ANY


def _no_function(value: Any, given: Given) -> FunctionFailed:
    """Why a value can't be called: there are no values that can."""
    value = opened(value)
    if value is NOTHING:
        return FunctionFailed("call of nil")
    shown = written(given.operands[0]) if given.operands else f"<{type_name(value)} Value>"
    return FunctionFailed(f"non-function {shown} of type {type_name(value)}")
