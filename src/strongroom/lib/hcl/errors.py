"""What can be wrong with a text."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.hcl.position import Position


class HclError(InvalidRequest):
    """A text is no HCL or JSON, or over a limit.

    The texts describe what was found by its kind and never quote a value, which may be a password that somebody
    forgot to put in quotes.

    Args:
        pos: where, counted from line 1 and column 1 (in characters).
        problem: what is wrong, in the form `expected …, found …` where the grammar left a choice.
    """

    def __init__(self, pos: Position, problem: str) -> None:
        super().__init__(f"At {pos.line}:{pos.column}: {problem}")
        self.pos = pos
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a text may hold, so that a hostile one costs little."""

    characters: int = 4 * 1024 * 1024
    depth: int = 64
    """Objects and lists inside one another.  The parser recurses, so this also bounds the stack."""
    nodes: int = 200_000
    """Keys and values together."""
