"""Executes templates.

Source: https://pkg.go.dev/text/template#hdr-Actions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Any

from strongroom.template.budget import Budget, Exhausted
from strongroom.template.errors import ExecutionFault, FunctionFailed, LimitReached
from strongroom.template.executing.builtins import NO_VALUE
from strongroom.template.executing.evaluator import Evaluator
from strongroom.template.executing.frame import Frame
from strongroom.template.executing.held import NOTHING, held, plain
from strongroom.template.executing.program import Program
from strongroom.template.executing.ranging import elements_of
from strongroom.template.executing.refusal import Refusal
from strongroom.template.executing.truth import is_true
from strongroom.template.formatting.printing import printed
from strongroom.template.formatting.quoting import quoted
from strongroom.template.function import Function
from strongroom.template.limits import Limits
from strongroom.template.reading import nodes
from strongroom.template.surroundings import Surroundings
from strongroom.template.values import data_of, whole


class _Jump(Enum):
    """What ends a body early."""

    BREAK = auto()
    CONTINUE = auto()


class TemplateExecution:
    """One execution: what it has written, and what it may still cost."""

    def __init__(
        self, program: Program, functions: Mapping[str, Function], around: Surroundings, limits: Limits
    ) -> None:
        self._source = program.source
        self._trees = program.trees
        self._budget = Budget(limits)
        self._evaluator = Evaluator(functions, program.missing_key, around, self)
        self._frame = Frame(program.source, program.source.name, NOTHING)
        self._parts: list[str] = []
        self._size = 0

    @property
    def budget(self) -> Budget:
        """What it may still cost."""
        return self._budget

    def result(self, data: Any) -> str:
        """The text of the whole template.  Raises `ExecutionFault`."""
        try:
            return self._output(self._source.name, data)
        except Exhausted as error:
            raise self._frame.limit(str(error)) from None
        except RecursionError:
            raise LimitReached(f"template: {self._source.name}: too many calls in one another") from None

    def run(self, name: str, data: Any) -> str:
        """The text of a template.  Raises `FunctionFailed` if it fails or there is none, and `Exhausted`."""
        if name not in self._trees:
            root = quoted(self._source.name)
            raise FunctionFailed(f"template: no template {quoted(name)} associated with template {root}")
        try:
            return self._output(name, data)
        except ExecutionFault as error:
            raise FunctionFailed(error.text) from error

    def _output(self, name: str, data: Any) -> str:
        outer, self._parts = self._parts, []
        self._template(name, held(data))
        text = whole("".join(self._parts))
        self._parts = outer
        return text

    def _template(self, name: str, dot: Any) -> None:
        self._evaluator.nest()
        caller = self._frame
        self._frame = Frame(self._source, name, dot)
        self._body(self._trees[name])
        self._frame = caller
        self._evaluator.leave()

    def _body(self, body: tuple[nodes.Node, ...]) -> _Jump | None:
        """Execute some nodes; tell what ended them early."""
        for node in body:
            jump = self._node(node)
            if jump is not None:
                return jump
        return None

    def _node(self, node: nodes.Node) -> _Jump | None:
        self._budget.step()
        match node:
            case nodes.Plain():
                self._write(node.text)
            case nodes.Action():
                self._action(node)
            case nodes.Branch() if node.choice is nodes.Choice.RANGE:
                return self._range(node)
            case nodes.Branch():
                return self._branch(node)
            case nodes.Invocation():
                self._invocation(node)
            case nodes.Break():
                return _Jump.BREAK
            case nodes.Continue():
                return _Jump.CONTINUE
        return None

    def _write(self, text: str) -> None:
        limits = self._budget.limits
        self._budget.handle(len(text))
        self._size += len(text) if text.isascii() else len(data_of(text))
        if self._size > limits.output_bytes:
            raise Exhausted(f"a result of more than {limits.output_bytes} bytes")
        self._parts.append(text)

    def _action(self, node: nodes.Action) -> None:
        value = self._evaluator.value_of(self._frame, node.pipeline)
        if not node.pipeline.variables:
            self._frame.node = node
            self._write(NO_VALUE if value is NOTHING else printed((plain(value),), self._budget))

    def _branch(self, node: nodes.Branch) -> _Jump | None:
        """`if` and `with`: the body of the first alternative that is true."""
        frame = self._frame
        declared, dot = len(frame.scope), frame.dot
        alternative: nodes.Branch | None = node
        body: tuple[nodes.Node, ...] = ()
        while alternative is not None:
            self._budget.step()
            value = self._evaluator.value_of(frame, alternative.pipeline)
            if is_true(value):
                body = alternative.body
                if node.choice is nodes.Choice.WITH:
                    frame.dot = value
                break
            body = alternative.otherwise or ()
            alternative = _next_alternative(alternative)
        self._evaluator.nest()
        jump = self._body(body)
        self._evaluator.leave()
        frame.dot = dot
        frame.scope.forget(declared)
        return jump

    def _range(self, node: nodes.Branch) -> _Jump | None:
        frame = self._frame
        declared, dot = len(frame.scope), frame.dot
        elements = self._elements(frame, node.pipeline)
        kept = len(frame.scope)
        jump, ran = None, False
        self._evaluator.nest()
        for index, element in elements:
            ran = True
            self._budget.step()
            _set_variables(frame, node.pipeline, index, element)
            frame.dot = element
            jump = self._body(node.body)
            frame.scope.forget(kept)
            if jump is _Jump.BREAK:
                break
        frame.dot = dot
        jump = None if ran else self._body(node.otherwise or ())
        self._evaluator.leave()
        frame.scope.forget(declared)
        return jump

    def _elements(self, frame: Frame, pipeline: nodes.Pipeline) -> Iterator[tuple[Any, Any]]:
        value = self._evaluator.value_of(frame, pipeline)
        try:
            return elements_of(value, len(pipeline.variables), self._budget)
        except Refusal as error:
            raise frame.fault(str(error)) from None

    def _invocation(self, node: nodes.Invocation) -> None:
        frame = self._frame
        frame.node = node
        if node.name not in self._trees:
            raise frame.fault(f"template {quoted(node.name)} not defined")
        dot = NOTHING if node.pipeline is None else self._evaluator.value_of(frame, node.pipeline)
        self._template(node.name, dot)


def _next_alternative(branch: nodes.Branch) -> nodes.Branch | None:
    """The `else if` or `else with` of a branch."""
    match branch.otherwise:
        case (nodes.Branch(choice=choice) as alternative,) if choice is branch.choice:
            return alternative
    return None


def _set_variables(frame: Frame, pipeline: nodes.Pipeline, index: Any, element: Any) -> None:
    """Give the variables of a loop their values: the element, or the index and the element."""
    values = (index, element)[-len(pipeline.variables) :] if pipeline.variables else ()
    for number, (variable, value) in enumerate(zip(pipeline.variables, values, strict=True)):
        if pipeline.assigns:
            frame.scope.assign(variable.names[0], value)
        else:
            frame.scope.assign_top(len(values) - number, value)
