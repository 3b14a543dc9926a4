"""A template that has been read, and its executions.

Source: https://pkg.go.dev/text/template, https://github.com/hashicorp/consul-template
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from strongroom.template.errors import LimitReached
from strongroom.template.executing.builtins import BUILTINS
from strongroom.template.executing.execution import TemplateExecution
from strongroom.template.executing.frame import Source
from strongroom.template.executing.members import MissingKey
from strongroom.template.executing.program import Program
from strongroom.template.function import Function
from strongroom.template.limits import Limits
from strongroom.template.reading.parser import trees_of
from strongroom.template.surroundings import Surroundings
from strongroom.template.values import data_of, whole

DELIMITERS: Final = ("{{", "}}")


@dataclass(frozen=True, slots=True)
class Template:
    """A template.

    Attributes:
        functions: those besides Go's own.
    """

    functions: Mapping[str, Function] = field(repr=False)
    _program: Program

    def execute(
        self,
        data: Any,
        around: Surroundings,
        limits: Limits | None = None,
        functions: Mapping[str, Function] | None = None,
    ) -> str:
        """The result for some data.

        Args:
            data: what `.` and `$` are.
            around: what functions reach outside of the template.
            functions: instead of those that the template was read with, if some note things for one execution.

        Raises: `ExecutionFault`, and `LimitReached` for what is too much; `Lacking` as functions raise it.
        """
        usable = self.functions if functions is None else functions
        return TemplateExecution(self._program, usable, around, limits or Limits()).result(data)


def parse(
    text: str,
    *,
    name: str,
    functions: Mapping[str, Function],
    delimiters: tuple[str, str] = DELIMITERS,
    missing_key: MissingKey = "default",
    limits: Limits | None = None,
) -> Template:
    """Read a template.

    Args:
        name: for error texts; consul-template's templates have an empty one.
        functions: those besides Go's own, whose names they may take.
        delimiters: what begins and ends an action; an empty one is the usual one.
        missing_key: what a field that a map lacks is: no value (`default`), the zero value of its elements, as
            consul-template has it (`zero`), or an error.

    Raises: `SyntaxFault`, and `LimitReached` for a text that is too long or nested too deep.
    """
    assert missing_key in get_args(MissingKey)
    limits = limits or Limits()
    text = whole(text)
    if len(text) > limits.template_bytes or len(data_of(text)) > limits.template_bytes:
        raise LimitReached(f"template: {name}: a template of more than {limits.template_bytes} bytes")
    left, right = (given or usual for given, usual in zip(delimiters, DELIMITERS, strict=True))
    names = {*functions, *BUILTINS}
    trees = trees_of(text, name=name, functions=names, delimiters=(left, right), limits=limits)
    return Template(functions, Program(Source(name, text), trees, missing_key))
