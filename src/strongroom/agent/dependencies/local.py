"""The dependencies on files of this machine: reads each, and looks for changes."""

from __future__ import annotations

import asyncio
from typing import Final

from strongroom.agent.dependencies.dependency import Dependency
from strongroom.agent.dependencies.failing import Trouble, trouble_after
from strongroom.agent.dependencies.ledger import Ledger
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.state import Answer, State
from strongroom.agent.dependencies.terms import Static
from strongroom.agent.files.reading import FileText, FileUnreadable, mark_of, read_marked
from strongroom.lib.clock import Clock

_EVERY_S: Final = 2.0


class LocalDependencies:
    """Reads files, and reads them again when they have changed."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._marks: dict[Dependency, tuple[int, ...]] = {}
        self._new = asyncio.Event()

    def add(self, dependency: Dependency) -> None:
        """Read a file, too."""
        self._marks[dependency] = ()
        self._new.set()

    def drop(self, dependency: Dependency) -> None:
        """Read a file no more."""
        self._marks.pop(dependency, None)

    async def run(self) -> None:
        """Read what was added, and what has changed, for ever."""
        while True:
            self._new.clear()
            found = await asyncio.to_thread(_changed, dict(self._marks))
            for dependency, outcome in found.items():
                if dependency in self._marks:
                    self._put(dependency, outcome)
            try:
                async with asyncio.timeout(_EVERY_S if self._marks else None):
                    await self._new.wait()
            except TimeoutError:
                continue

    def _put(self, dependency: Dependency, outcome: FileText | str) -> None:
        before = self._ledger.state(dependency) or State()
        if isinstance(outcome, FileText):
            self._marks[dependency] = outcome.mark
            self._ledger.put(dependency, State(Answer(outcome.text, Static())))
        elif before.trouble is None or before.trouble.reason != outcome:
            trouble: Trouble = trouble_after(before.trouble, outcome, Moment.now(self._clock))
            self._ledger.put(dependency, State(before.answer, trouble))


def _changed(marks: dict[Dependency, tuple[int, ...]]) -> dict[Dependency, FileText | str]:
    """The texts of files that have another mark now, and why others can't be read."""
    found: dict[Dependency, FileText | str] = {}
    for dependency, mark in marks.items():
        try:
            if not mark or mark_of(dependency.path, dependency.place) != mark:
                found[dependency] = read_marked(dependency.path, dependency.place)
        except FileUnreadable as error:
            found[dependency] = str(error)
    return found
