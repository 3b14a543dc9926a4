"""Checks the files of an audit log against the store's keys and heads (pure).

The chain detects lines that were changed, dropped, inserted or moved.  The heads detect lines that were cut from a
writer's end, and writers that are missing completely.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from strongroom.audit import chain
from strongroom.audit.chain import Line
from strongroom.audit.strand import Before, ChainKey, Strand


class Fault(msgspec.Struct, frozen=True):
    """One fault of a file."""

    line: int
    """The line that shows it, counted from 1."""
    problem: str


class Summary(msgspec.Struct, frozen=True):
    """The result of a check."""

    lines: int
    writers: int
    unknown: tuple[str, ...]
    """Writers without a head.  Lines missing at their end can't be detected."""
    unchecked: tuple[str, ...]
    """Lines that follow lines in files that weren't given.  Changes of these lines can't be detected."""
    faults: tuple[str, ...]
    """Faults of the log as a whole.  Faults of single lines are returned when they are found."""


class Verification:
    """One check of a log.  Its files are given one by one, oldest first.

    Args:
        keys: the keys of the devices that have written to it. partial: whether the oldest files aren't given, so that
            writers may begin later or be missing.
    """

    def __init__(self, keys: list[ChainKey], *, partial: bool = False) -> None:
        self._keys = keys
        self._partial = partial
        self._strands: dict[str, Strand] = {}
        self._by_writer = {writer: key for key in keys for writer in key.heads}
        self._lines = 0

    def file(self, lines: Iterable[bytes]) -> Iterable[Fault]:
        """Check one file.  Returns the faults of its lines when they are found."""
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip(b"\n")
            if not line:
                continue  # two processes have ended the same cut line
            self._lines += 1
            if problem := self._line(line):
                yield Fault(number, problem)

    def _line(self, line: bytes) -> str:
        found = chain.parse(line)
        if found is None:
            return "no entry with a link of the chain"
        strand = self._strands.get(found.writer)
        if strand is None:
            return self._first(found)
        gap = strand.gap(found.sequence)
        problem = strand.add(found)
        return gap or problem

    def _first(self, line: Line) -> str:
        """Begin with a writer."""
        writer, sequence = line.writer, line.sequence
        known = self._by_writer.get(writer)
        candidates = [known] if known is not None else self._keys
        if not candidates:
            return "the store knows no device at this path"
        strand = self._strands[writer] = Strand(writer, candidates, known.heads[writer] if known is not None else None)
        if sequence == 1:
            return strand.add(line)
        elsewhere = self._partial and sequence > 1
        strand.skip_to(sequence, Before.ELSEWHERE if elsewhere else Before.MISSING)
        problem = strand.add(line)
        return problem if elsewhere else f"{writer} begins at line {sequence}: those before are in none of the files"

    def finish(self) -> Summary:
        """Find the faults of the log as a whole."""
        faults = []
        for key in self._keys:
            if key.lost:
                faults.append(f"the store has lost what it knew of {key.lost} writers")
            if key.former and key.heads and not self._strands.keys() & key.heads.keys():
                faults += [] if self._partial else [_earlier(key)]
            else:
                faults += self._ends(key)
        known = {writer for key in self._keys for writer in key.heads}
        unknown = tuple(sorted(self._strands.keys() - known))
        strands = self._strands.values()
        ends = [strand.unproven for strand in strands if strand.unproven is not None]
        faults += [end.say("is its last, and no MAC covers it", "are its last, and no MAC covers them") for end in ends]
        unchecked = tuple(str(strand.unchecked) for strand in strands if strand.unchecked is not None)
        return Summary(self._lines, len(strands), unknown, unchecked, tuple(faults))

    def _ends(self, key: ChainKey) -> Iterable[str]:
        for writer, head in sorted(key.heads.items()):
            strand = self._strands.get(writer)
            if strand is None:
                if not self._partial:
                    yield f"{writer} is missing: it has written {head.sequence} lines at least"
            elif strand.sequence < head.sequence:
                yield f"{writer} ends at line {strand.sequence}: it has written {head.sequence} at least"


def _earlier(key: ChainKey) -> str:
    """One text for all writers of a device whose files weren't given."""
    lines = sum(head.sequence for head in key.heads.values())
    return (
        f"an earlier device of this path is missing, with {lines} lines at least of {len(key.heads)} writers: "
        "name its files too, or check with -partial"
    )
