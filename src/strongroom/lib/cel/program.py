"""Programs: variables in order, then an expression that may use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from strongroom.lib.cel.checker import check_depth, check_names
from strongroom.lib.cel.errors import CelError
from strongroom.lib.cel.evaluator import Evaluator
from strongroom.lib.cel.nodes import Node
from strongroom.lib.cel.parser import is_variable_name, parse
from strongroom.lib.cel.steps import MOST_STEPS, Steps
from strongroom.lib.cel.values import MessageType

MOST_VARIABLES = 64
MOST_CHARACTERS = 64 * 1024
"""Of all texts of a program."""
MOST_PARTS = 6000
"""Of all expressions of a program: reading them takes the process a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that was read and whose names are known.

    Args:
        variables: names and expressions, in order.
        expression: what gives the result.
        types: the types that it can construct, by name.
    """

    variables: tuple[tuple[str, Node], ...]
    expression: Node
    types: Mapping[str, MessageType]

    def run(self, names: Mapping[str, Any], most_steps: int = MOST_STEPS) -> Any:
        """The result for these values of the names that it was compiled with.  Raises `CelError`."""
        known = dict(names)
        evaluator = Evaluator(known, self.types, Steps(most_steps))
        try:
            for name, node in self.variables:
                try:
                    known[name] = evaluator.value(node)
                except CelError as error:
                    raise CelError(f"failed to evaluate variable {name}: {error}") from error
            return evaluator.value(self.expression)
        except RecursionError:
            raise CelError("the evaluation is nested too deeply") from None


def compile_program(
    expression: str,
    variables: Sequence[tuple[str, str]],
    names: frozenset[str],
    types: Mapping[str, MessageType],
) -> Program:
    """Read a program.

    Args:
        expression: what gives the result.
        variables: names and expressions; each may use those before it.
        names: what it is given when it runs.
        types: the types that it can construct, by name.

    Raises: `CelError`.
    """
    if len(variables) > MOST_VARIABLES:
        raise CelError(f"there are more than {MOST_VARIABLES} variables")
    if len(expression) + sum(len(name) + len(text) for name, text in variables) > MOST_CHARACTERS:
        raise CelError(f"the program has more than {MOST_CHARACTERS} characters")
    read: list[tuple[str, Node]] = []
    known, parts = names, 0
    for name, text in variables:
        if not is_variable_name(name):
            raise CelError(f"{name[:100]!r} is no name of a variable")
        if name in names:
            raise CelError(f"overlapping identifier for name '{name}'")
        try:
            node, count = _read(text, known, types)
        except CelError as error:
            raise CelError(f"variable {name}: {error}") from error
        read.append((name, node))
        known |= {name}
        parts += count
        if parts > MOST_PARTS:
            raise CelError(f"the program has more than {MOST_PARTS} parts")
    return Program(tuple(read), _read(expression, known, types)[0], types)


def _read(text: str, names: frozenset[str], types: Mapping[str, MessageType]) -> tuple[Node, int]:
    """The expression, and the number of its parts."""
    node = parse(text)
    count = check_depth(node)
    check_names(node, names, types)
    return node, count
