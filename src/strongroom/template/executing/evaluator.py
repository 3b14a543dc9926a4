"""Computes pipelines.

Each step notes in the frame what it evaluates, in Go's order, because error texts name it.

Source: https://pkg.go.dev/text/template#hdr-Arguments, #hdr-Pipelines
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from strongroom.template.executing.arguments import constant, fitted, literal
from strongroom.template.executing.builtins import BUILTINS
from strongroom.template.executing.calls import NOTHING_GIVEN, Caller, Given
from strongroom.template.executing.frame import Frame
from strongroom.template.executing.held import ABSENT, NOTHING, opened, static_type
from strongroom.template.executing.members import MissingKey, field_of, holder
from strongroom.template.executing.methods import method_of
from strongroom.template.executing.refusal import Refusal
from strongroom.template.formatting.quoting import quoted
from strongroom.template.function import Execution, Function, Kind
from strongroom.template.reading import nodes
from strongroom.template.reading.writing import written
from strongroom.template.surroundings import Surroundings

_Named: TypeAlias = nodes.Field | nodes.Variable | nodes.Chain


class Evaluator:
    """Computes the values of one execution.  What can't be computed raises `ExecutionFault`."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        missing_key: MissingKey,
        around: Surroundings,
        execution: Execution,
    ) -> None:
        self._functions = functions
        self._missing_key = missing_key
        self._budget = execution.budget
        self._caller = Caller(around, execution, self._argument)
        self._depth = 0

    def nest(self) -> None:
        """Go one deeper in parentheses, actions and templates.  Raises `Exhausted`."""
        self._depth += 1
        self._budget.check_depth(self._depth)

    def leave(self) -> None:
        """Come back from one deeper."""
        self._depth -= 1

    def value_of(self, frame: Frame, pipeline: nodes.Pipeline) -> Any:
        """The value of a pipeline, which its variables have afterwards.  Raises `ExecutionFault`."""
        try:
            return self._pipeline(frame, pipeline)
        except Refusal as error:
            raise frame.fault(str(error)) from None

    def _pipeline(self, frame: Frame, pipeline: nodes.Pipeline) -> Any:
        frame.node = pipeline
        value: Any = ABSENT
        for command in pipeline.commands:
            value = opened(self._command(frame, command, value))
        for variable in pipeline.variables:
            if pipeline.assigns:
                frame.scope.assign(variable.names[0], value)
            else:
                frame.scope.declare(variable.names[0], value)
        return value

    def _command(self, frame: Frame, command: nodes.Command, final: Any) -> Any:
        """The value of a command.

        Args:
            final: of the command before, which is its last argument.
        """
        self._budget.step()
        first = command.operands[0]
        given = Given(command.operands[1:], final)
        match first:
            case nodes.Identifier():
                return self._function(frame, first, command, given)
            case nodes.Field():
                frame.node = first
                return self._members(frame, frame.dot, first, first.names, given)
            case nodes.Chain():
                return self._chain(frame, first, given)
            case nodes.Variable():
                return self._variable(frame, first, given)
            case nodes.Pipeline():
                _check_nothing_given(first, given)
                return self._inner(frame, first)
        frame.node = first
        _check_nothing_given(first, given)
        match first:
            case nodes.Dot():
                return frame.dot
            case nodes.Nil():
                raise Refusal("nil is not a command")
            case _:
                return constant(first)

    def _argument(self, frame: Frame, node: nodes.Operand, kind: Kind) -> Any:
        self._budget.step()
        frame.node = node
        match node:
            case nodes.Dot():
                value = frame.dot
            case nodes.Field():
                value = self._members(frame, frame.dot, node, node.names, NOTHING_GIVEN)
            case nodes.Variable():
                value = self._variable(frame, node, NOTHING_GIVEN)
            case nodes.Pipeline():
                value = self._inner(frame, node)
            case nodes.Identifier():
                value = self._function(frame, node, node, NOTHING_GIVEN)
            case nodes.Chain():
                value = self._chain(frame, node, NOTHING_GIVEN)
            case _:
                return literal(node, kind)
        return fitted(value, kind)

    def _inner(self, frame: Frame, pipeline: nodes.Pipeline) -> Any:
        """The value of a pipeline in parentheses."""
        self.nest()
        value = self._pipeline(frame, pipeline)
        self.leave()
        return value

    def _function(
        self, frame: Frame, node: nodes.Identifier, command: nodes.Command | nodes.Identifier, given: Given
    ) -> Any:
        frame.node = node
        function = self._functions.get(node.name) or BUILTINS.get(node.name)
        if function is None:
            raise Refusal(f"{quoted(node.name)} is not a defined function")
        return self._caller.call(frame, function, command, node.name, given)

    def _variable(self, frame: Frame, node: nodes.Variable, given: Given) -> Any:
        frame.node = node
        value = frame.scope.value_of(node.names[0])
        if len(node.names) > 1:
            return self._members(frame, value, node, node.names[1:], given)
        _check_nothing_given(node, given)
        return value

    def _chain(self, frame: Frame, node: nodes.Chain, given: Given) -> Any:
        frame.node = term = node.term
        if isinstance(term, nodes.Identifier):
            receiver = self._function(frame, term, term, NOTHING_GIVEN)
        else:
            receiver = self._inner(frame, term)
        return self._members(frame, receiver, node, node.names, given)

    def _members(self, frame: Frame, receiver: Any, node: _Named, names: tuple[str, ...], given: Given) -> Any:
        """The value behind some names.  The last one may be that of a method with arguments."""
        for name in names[:-1]:
            receiver = self._member(frame, receiver, node, name, NOTHING_GIVEN)
        return self._member(frame, receiver, node, names[-1], given)

    def _member(self, frame: Frame, receiver: Any, node: _Named, name: str, given: Given) -> Any:
        self._budget.step()
        value = holder(receiver, name, self._missing_key)
        if value is NOTHING:
            return NOTHING
        method = method_of(value, name, self._functions)
        if method is not None:
            return self._caller.call(frame, method, node, name, given)
        return field_of(value, name, self._missing_key, static=static_type(receiver), has_arguments=len(given) > 0)


def _check_nothing_given(first: nodes.Operand, given: Given) -> None:
    if len(given):
        raise Refusal(f"can't give argument to non-function {written(first)}")
