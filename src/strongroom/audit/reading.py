"""Reads back what devices have made of their entries: parts of long lines, and XML (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from strongroom.audit.jsonx import ROOT, from_xml
from strongroom.audit.outgoing.parts import Joining


def plain(line: bytes) -> bytes:
    """A line of a log as the chain has it: JSON, behind the device's prefix."""
    if ROOT not in line:
        return line
    text = line.rstrip(b"\n")
    found = from_xml(text)
    return line if found is None else found + line[len(text) :]


class Reading:
    """The lines of all files of a log, because a line's parts may be in two of them."""

    def __init__(self) -> None:
        self._joining = Joining()

    def lines(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines of a file as the chain has them.  A part of a line that ends later is a bare newline."""
        return map(self.line, lines)

    def line(self, line: bytes) -> bytes:
        """The same of one line."""
        return plain(self._joining.line(line))

    @property
    def missing(self) -> tuple[str, ...]:
        """The lines of which parts are missing so far."""
        return self._joining.missing
