"""Stages, threads, what was done before, and what ends a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.importing.destination.destination import DestinationLost
from strongroom.importing.inventory import (
    Content,
    Document,
    Found,
    Kind,
    Name,
    Outcome,
    SourceFault,
    Stage,
    State,
    Unmovable,
    Vanished,
)
from strongroom.importing.journal import open_journal
from strongroom.importing.running import Import, Report, inventory


class Objects:
    """A source of objects that are named by their numbers; some can't be loaded."""

    label = "objects"

    def __init__(self, number: int, faults: dict[int, Exception] | None = None) -> None:
        self.number = number
        self.faults = faults or {}
        self.loaded: list[int] = []

    def survey(self) -> Iterator[Found]:
        """A third of them in each of three stages, the last ones first."""
        for n in range(self.number):
            yield Found(Name(Kind.KV, "", "m/", str(n)), (Stage.CONTENT, Stage.MOUNTS, Stage.RULES)[n % 3])

    def load(self, found: Found) -> Content:
        """A document, or the fault."""
        n = int(found.name.path)
        self.loaded.append(n)
        if n in self.faults:
            raise self.faults[n]
        return Document(found.name.path, {})


class Kept:
    """A destination that keeps what was written, in order."""

    def __init__(self, lost_after: int | None = None) -> None:
        self.written: list[Found] = []
        self.verified: list[Found] = []
        self._lost_after = lost_after
        self._lock = threading.Lock()

    def objection(self, found: Found) -> str:
        """Against number 0."""
        return "no zero" if found.name.path == "0" else ""

    def write(self, found: Found, content: Content) -> Outcome:
        """Keep it."""
        with self._lock:
            if self._lost_after is not None and len(self.written) >= self._lost_after:
                raise DestinationLost("it is away")
            self.written.append(found)
        return Outcome(found.name, State.IMPORTED)

    def verify(self, found: Found, content: Content) -> Outcome:
        """Compare it."""
        self.verified.append(found)
        return Outcome(found.name, State.SAME)


class Silent:
    """Tells nobody."""

    def surveyed(self, number: int) -> None:
        """Nothing."""

    def done(self, number: int, total: int) -> None:
        """Nothing."""


def run(source: Objects, destination: Kept, journal: Path | None = None, *, verify: bool = False) -> Report:
    """An import of everything."""
    with open_journal(journal, "s", "d") as kept:
        made = Import(source, destination, kept, Silent(), parallel=3, verify=verify)
        return made.run(inventory(source, destination, Silent()))


def states(report: Report) -> dict[str, State]:
    """What became of each."""
    return {name.path: outcome.state for name, outcome in report.outcomes.items()}


def test_a_stage_ends_before_the_next_begins() -> None:
    """However many threads there are."""
    destination = Kept()
    report = run(Objects(60), destination)
    stages = [found.stage for found in destination.written]
    assert stages == sorted(stages)
    assert len(destination.written) == 59
    assert report.succeeded
    assert states(report)["0"] is State.LISTED


def test_what_becomes_of_what_cannot_be_loaded() -> None:
    """One object's fault is its own."""
    faults: dict[int, Exception] = {3: Vanished("gone"), 4: SourceFault("denied"), 5: Unmovable("no", remedy="do it")}
    report = run(Objects(12, faults), Kept())
    assert [states(report)[n] for n in ("3", "4", "5", "6")] == [
        State.GONE,
        State.FAILED,
        State.LISTED,
        State.IMPORTED,
    ]
    assert not report.succeeded
    assert report.outcomes[Name(Kind.KV, "", "m/", "5")].remedy == "do it"


def test_a_lost_source_ends_the_run(tmp_path: Path) -> None:
    """What was done is in the journal, what wasn't is counted; the next run does the rest, and nothing twice."""
    journal = tmp_path / "journal"
    source, destination = Objects(300, {150: SourceFault("the token has expired", ends=True)}), Kept()
    report = run(source, destination, journal)
    assert report.ended == "the source: the token has expired"
    assert not report.succeeded
    assert len(report.outcomes) + report.left == 300 == 1 + len(destination.written) + report.left
    first = {found.name.path for found in destination.written}
    source.faults = {}
    destination.written = []
    again = run(source, destination, journal)
    assert again.succeeded
    assert again.resumed == len(first)
    assert first.isdisjoint(found.name.path for found in destination.written)
    assert len(again.outcomes) == 300


def test_a_lost_destination_ends_the_run() -> None:
    """It is told which of both was lost."""
    report = run(Objects(90), Kept(lost_after=10))
    assert report.ended == "the destination: it is away"
    assert report.left == 90 - 1 - 10


def test_a_comparison_writes_nothing_and_keeps_nothing(tmp_path: Path) -> None:
    """Whatever the journal says, everything is compared."""
    journal = tmp_path / "journal"
    destination = Kept()
    run(Objects(9), destination, journal)
    before = journal.read_bytes()
    written = len(destination.written)
    report = run(Objects(9), destination, journal, verify=True)
    assert (len(destination.verified), len(destination.written)) == (8, written)
    assert set(states(report).values()) == {State.SAME, State.LISTED}
    assert journal.read_bytes() == before


def test_an_unexpected_error_is_no_outcome() -> None:
    """A fault of this program isn't taken for one of an object: it ends the run with its own error."""
    with pytest.raises(ZeroDivisionError):
        run(Objects(9, {4: ZeroDivisionError()}), Kept())


def test_memory_is_bounded() -> None:
    """Objects aren't loaded far ahead of what is written."""
    source = Objects(3000)
    destination = Kept(lost_after=100)
    run(source, destination)
    assert len(source.loaded) < 100 + 3 * 10
