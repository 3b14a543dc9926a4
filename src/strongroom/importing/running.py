"""An import: the inventory, and then one stage after the other, each with several objects at a time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from strongroom.importing.destination.destination import DestinationLost
from strongroom.importing.inventory import (
    OTHER_FORM,
    Content,
    Found,
    Kind,
    Name,
    Outcome,
    Source,
    SourceFault,
    Stage,
    State,
    Unmovable,
    Vanished,
)
from strongroom.importing.journal import Journal

_UNKNOWN_FORM: Final = "what was read of it has another form than is known"
MOST_OBJECTS: Final = 2_000_000
"""Of one inventory, which is held in memory: some gigabyte.  A hostile source could go on without an end."""
_AHEAD: Final = 4
"""Objects that wait for each thread: enough that none is idle, and few enough to hold in memory."""


class Writes(Protocol):
    """What an import writes to, or compares with."""

    def objection(self, found: Found) -> str:
        """Why it can't have an object; empty if it can."""
        ...

    def write(self, found: Found, content: Content) -> Outcome:
        """Write an object, unless it is there."""
        ...

    def verify(self, found: Found, content: Content) -> Outcome:
        """Compare an object with what is there."""
        ...


class Progress(Protocol):
    """Who is told how far it is."""

    def surveyed(self, number: int) -> None:
        """So many objects were found until now."""
        ...

    def done(self, number: int, total: int) -> None:
        """So many of all were done."""
        ...


@dataclass(slots=True)
class Report:
    """What became of everything.

    Attributes:
        outcomes: by name, of earlier runs too.
        left: how many objects weren't tried, because source or destination were lost.
        ended: why not; empty if all were.
        resumed: how many an earlier run had done.
    """

    outcomes: dict[Name, Outcome] = field(default_factory=dict)
    left: int = 0
    ended: str = ""
    resumed: int = 0

    @property
    def succeeded(self) -> bool:
        """Whether all that was to move is there."""
        return not self.ended and not any(outcome.state is State.FAILED for outcome in self.outcomes.values())

    def counts(self) -> dict[Kind, Counter[State]]:
        """How many objects of each kind came to which end."""
        found: dict[Kind, Counter[State]] = {}
        for outcome in self.outcomes.values():
            found.setdefault(outcome.name.kind, Counter())[outcome.state] += 1
        return dict(sorted(found.items(), key=lambda item: list(Kind).index(item[0])))


def inventory(source: Source, destination: Writes, progress: Progress) -> list[Found]:
    """Everything that the source has; what the destination can't take doesn't move.  Raises `SourceFault`."""
    lines: dict[Name, Found] = {}
    for found in source.survey():
        objection = destination.objection(found) if found.moves else ""
        lines[found.name] = replace(found, reason=objection, hint=None) if objection else found
        if len(lines) > MOST_OBJECTS:
            raise SourceFault(f"it has more than {MOST_OBJECTS} objects: import a few mounts at a time", ends=True)
        progress.surveyed(len(lines))
    return list(lines.values())


class Import:
    """One run.

    Args:
        journal: what earlier runs have done, and where this one says what it does.
        parallel: objects at a time.
        verify: whether objects are only compared.
    """

    def __init__(
        self,
        source: Source,
        destination: Writes,
        journal: Journal,
        progress: Progress,
        *,
        parallel: int = 4,
        verify: bool = False,
    ) -> None:
        self._source = source
        self._act = destination.verify if verify else destination.write
        self._journal = journal
        self._progress = progress
        self._parallel = parallel
        self._verify = verify
        self._stop = threading.Event()

    def run(self, lines: Iterable[Found]) -> Report:
        """Import what moves of an inventory.  Raises `JournalFault`."""
        report = Report()
        planned: dict[tuple[int, int], list[Found]] = {}
        for found in lines:
            if not found.moves:
                report.outcomes[found.name] = Outcome(found.name, State.LISTED, found.reason, remedy=found.remedy)
            elif not self._verify and self._journal.is_done(found.name):
                report.outcomes[found.name] = self._journal.outcomes[found.name]
                report.resumed += 1
            else:
                planned.setdefault(_turn(found), []).append(found)
        total, done = sum(map(len, planned.values())), 0
        with ThreadPoolExecutor(self._parallel, "strongroom-import") as pool:
            try:
                for turn in sorted(planned):
                    for outcome in self._stage(pool, planned[turn], report):
                        report.outcomes[outcome.name] = outcome
                        if not self._verify:
                            self._journal.add(outcome)
                        done += 1
                        self._progress.done(done, total)
                    self._journal.sync()
            finally:
                self._stop.set()
        return report

    def _stage(self, pool: ThreadPoolExecutor, lines: list[Found], report: Report) -> Iterator[Outcome]:
        """The outcomes of a stage, as they come."""
        waiting = iter(lines)
        running: dict[Future[Outcome], Found] = {}
        while True:
            while not self._stop.is_set() and len(running) < self._parallel * _AHEAD:
                found = next(waiting, None)
                if found is None:
                    break
                running[pool.submit(self._one, found)] = found
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                del running[future]
                try:
                    yield future.result()
                except _Ended as error:
                    report.ended = report.ended or str(error)
                    report.left += 1
                    self._stop.set()
        report.left += sum(1 for _ in waiting)

    def _one(self, found: Found) -> Outcome:
        if self._stop.is_set():
            raise _Ended
        try:
            return self._act(found, self._source.load(found))
        except Vanished as error:
            return Outcome(found.name, State.GONE, str(error))
        except Unmovable as error:
            return Outcome(found.name, State.LISTED, str(error), remedy=error.remedy)
        except SourceFault as error:
            if error.ends:
                raise _Ended(f"the source: {error}") from None
            return Outcome(found.name, State.FAILED, str(error))
        except DestinationLost as error:
            raise _Ended(f"the destination: {error}") from None
        except OTHER_FORM as error:
            # One object that has another form ends nothing.  The text of such an error may quote a secret.
            return Outcome(found.name, State.FAILED, f"{_UNKNOWN_FORM} ({type(error).__name__})")


class _Ended(Exception):
    """Nothing further can be done."""


def _turn(found: Found) -> tuple[int, int]:
    """When an object is written.  A namespace comes after the one that it is in."""
    return found.stage, found.name.namespace.count("/") if found.stage is Stage.NAMESPACES else 0
