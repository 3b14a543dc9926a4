"""The variables that templates make, and the output of each as one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from strongroom.agent.files.further import composed, write_further
from strongroom.agent.files.replacing import NotWritten
from strongroom.template.surroundings import WrittenFile


class Variables:
    """Variables by their names, of which each has a template.

    Args:
        names: of all.

    Attributes:
        changed: set when one is another one, and all are there.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._lacking = set(names)
        self._values: dict[str, str] = {}
        self.changed = asyncio.Event()

    def put(self, name: str, value: str) -> bool:
        """Set one; whether it is another one than before."""
        changed = self._values.get(name) != value
        self._values[name] = value
        self._lacking.discard(name)
        if changed and not self._lacking:
            self.changed.set()
        return changed

    def values(self) -> Mapping[str, str]:
        """All of them."""
        return dict(self._values)


class VariableOutlet:
    """Takes a template's output as a variable."""

    def __init__(self, variables: Variables, name: str) -> None:
        self._variables = variables
        self._name = name
        self._others: Sequence[WrittenFile] = ()

    async def try_out(self) -> None:
        """A variable can always be set."""

    def telling(self) -> Callable[[], None]:
        """A variable is a new one in each process: nothing is due for it."""
        return _nothing

    async def put(self, text: str, files: Sequence[WrittenFile]) -> bool:
        """Set the variable; whether it is another one.  Raises `NotWritten`."""
        if "\0" in text:
            raise NotWritten(f"{self._name}: a variable can't hold a zero byte")
        if files != self._others:
            for each in composed(files):
                await asyncio.to_thread(write_further, each)
            self._others = files
        return self._variables.put(self._name, text)


def _nothing() -> None:
    """There is nothing to be noted."""
