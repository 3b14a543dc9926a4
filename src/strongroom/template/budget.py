"""Counts what an execution costs, before the costs arise."""

from __future__ import annotations

import time
from typing import Any, Final

from strongroom.template.limits import Limits

_BYTES_A_STEP: Final = 256
_ELEMENTS_A_STEP: Final = 16
_CHARACTERS_A_STEP: Final = 8


class Exhausted(Exception):
    """A limit is reached.  The text says which."""


class Budget:
    """What is left of the steps and of the time of one execution, which is of one thread."""

    __slots__ = ("_ends_at", "_left", "limits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._left = limits.steps
        self._ends_at = time.thread_time() + limits.seconds

    def step(self, count: int = 1) -> None:
        """Take so many steps.  Raises `Exhausted`."""
        self._left -= count
        if self._left < 0:
            raise Exhausted(f"more than {self.limits.steps} steps")

    def check_time(self) -> None:
        """Raise `Exhausted` if there is no time left."""
        if time.thread_time() >= self._ends_at:
            raise Exhausted(f"more than {self.limits.seconds:g} seconds of computing")

    def handle(self, length: int) -> None:
        """Take a step for a text, and more if it is long.  Raises `Exhausted`."""
        self.step(1 + length // _BYTES_A_STEP)

    def escape(self, length: int) -> None:
        """Take steps for a text each of whose characters may be looked at alone.  Raises `Exhausted`."""
        self.step(1 + length // _CHARACTERS_A_STEP)

    def hand_over(self, value: Any) -> None:
        """Take steps for what a function may do with a value.  Raises `Exhausted`."""
        if isinstance(value, (str, bytes)):
            self.handle(len(value))
        elif isinstance(value, (list, dict)):
            self.step(len(value) // _ELEMENTS_A_STEP)

    def check_text(self, length: int) -> None:
        """Raise `Exhausted` for a text that is longer than any may be."""
        if length > self.limits.text_bytes:
            raise Exhausted(f"a text of more than {self.limits.text_bytes} bytes")

    def check_depth(self, depth: int) -> None:
        """Raise `Exhausted` for what is too deep in other things."""
        if depth > self.limits.depth:
            raise Exhausted(f"more than {self.limits.depth} levels in one another")


class Growing:
    """A text to which parts are added."""

    __slots__ = ("_budget", "_parts", "_size")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._parts: list[str] = []
        self._size = 0

    def add(self, part: str) -> None:
        """Add a part.  Raises `Exhausted` if the text becomes too long."""
        self._budget.handle(len(part))
        self._size += len(part) if part.isascii() else len(part.encode("utf-8", "surrogatepass"))
        self._budget.check_text(self._size)
        self._parts.append(part)

    def text(self) -> str:
        """All parts."""
        return "".join(self._parts)
