"""Errors in a text."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.hcl.position import Position


class HclError(InvalidRequest):
    """A text isn't valid HCL or JSON, or exceeds a limit.

    The error describes the kind of what was found, and never quotes a value, which may be an unquoted password.

    Args:
        pos: where, counted from line 1 and column 1 (in characters).
        problem: the error, in the form `expected …, found …` if the grammar allows several things.
    """

    def __init__(self, pos: Position, problem: str) -> None:
        super().__init__(f"At {pos.line}:{pos.column}: {problem}")
        self.pos = pos
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest text, so that a hostile one costs little."""

    characters: int = 4 * 1024 * 1024
    depth: int = 64
    """Objects and lists inside one another.  The parser recurses, so this also bounds the stack."""
    nodes: int = 200_000
    """Keys and values together."""
