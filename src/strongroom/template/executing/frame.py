"""A template that is executed, and where in it the execution is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from strongroom.template.errors import ExecutionFault, LimitReached
from strongroom.template.executing.scope import Scope
from strongroom.template.formatting.quoting import quoted
from strongroom.template.reading import nodes
from strongroom.template.reading.writing import written
from strongroom.template.values import data_of

Place: TypeAlias = nodes.Operand | nodes.Command | nodes.Action | nodes.Invocation


@dataclass(frozen=True, slots=True)
class Source:
    """The text that templates were read from."""

    name: str
    text: str

    def location(self, at: int) -> str:
        """The name, line and column of a character.  Lines count from 1, columns are bytes and count from 0."""
        start = self.text.rfind("\n", 0, at) + 1
        return f"{self.name}:{self.text.count(chr(10), 0, at) + 1}:{len(data_of(self.text[start:at]))}"


class Frame:
    """One template's part of an execution.

    Attributes:
        dot: the value of `.` where the execution is.
        node: what is evaluated, for error texts; None before anything is.
    """

    __slots__ = ("_name", "_source", "dot", "node", "scope")

    def __init__(self, source: Source, name: str, dot: Any) -> None:
        self._source = source
        self._name = name
        self.scope = Scope(dot)
        self.dot = dot
        self.node: Place | None = None

    def fault(self, reason: str) -> ExecutionFault:
        """The error for what is evaluated."""
        return ExecutionFault(self._placed(reason))

    def limit(self, reason: str) -> LimitReached:
        """The error for a limit that is reached there."""
        return LimitReached(self._placed(reason))

    def _placed(self, reason: str) -> str:
        if self.node is None:
            return f"template: {self._name}: {reason}"
        location = self._source.location(self.node.at)
        return f"template: {location}: executing {quoted(self._name)} at <{written(self.node)}>: {reason}"
