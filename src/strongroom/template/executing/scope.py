"""The variables of one template while it is executed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from strongroom.template.executing.refusal import Refusal


@dataclass(slots=True)
class _Variable:
    name: str
    value: Any


class Scope:
    """Variables, of which a newer one hides an older one of its name.

    Args:
        dot: the value of `$`.
    """

    def __init__(self, dot: Any) -> None:
        self._stack: list[_Variable] = []
        self._by_name: dict[str, list[_Variable]] = {}
        self.declare("$", dot)

    def __len__(self) -> int:
        return len(self._stack)

    def declare(self, name: str, value: Any) -> None:
        """Add a variable."""
        variable = _Variable(name, value)
        self._stack.append(variable)
        self._by_name.setdefault(name, []).append(variable)

    def assign(self, name: str, value: Any) -> None:
        """Change the newest variable of a name.  Raises `Refusal`: a template is read without a look at this."""
        if not self._by_name.get(name):
            raise Refusal(f"undefined variable: {name}")
        self._by_name[name][-1].value = value

    def assign_top(self, number: int, value: Any) -> None:
        """Change one of the newest variables: 1 is the newest."""
        self._stack[-number].value = value

    def value_of(self, name: str) -> Any:
        """The value of the newest variable of a name."""
        return self._by_name[name][-1].value

    def forget(self, kept: int) -> None:
        """Take away the newest variables until so many are left."""
        for variable in self._stack[kept:]:
            self._by_name[variable.name].pop()
        del self._stack[kept:]
