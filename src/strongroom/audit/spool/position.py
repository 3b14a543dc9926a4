"""How far the forwarder is in a device's segments, kept in a file of one short line.

The line is written in one piece and not synced: it outlives every process, and after a crash of the machine, when it
may be newer than what it speaks of, it is passed over.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from strongroom.audit.spool.place import Place


class Position(NamedTuple):
    """A place in the spool, before which everything was delivered."""

    segment: int
    offset: int
    """In bytes; a record begins there."""
    busy: bool
    """Whether that record was on its way: part of it may have been delivered."""


def boot_id() -> str:
    """Differs between two starts of the machine.  Source: random(4), "/proc interfaces"."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


def read_position(place: Place) -> Position | None:
    """The position, if there is one of this start of the machine."""
    try:
        fields = place.position.read_text(encoding="ascii").split()
        boot, segment, offset, busy = fields
        return Position(int(segment), int(offset), busy == "1") if boot == boot_id() else None
    except (OSError, ValueError):
        return None


class PositionFile:
    """The file, open for writing.  Raises `OSError`."""

    def __init__(self, place: Place) -> None:
        self._boot = boot_id()
        self._descriptor = place.open(place.position, os.O_WRONLY | os.O_CREAT)

    def write(self, position: Position) -> None:
        """Remember a position.  Raises `OSError`."""
        text = f"{self._boot} {position.segment:016d} {position.offset:016d} {position.busy:d}\n"
        os.pwrite(self._descriptor, text.encode(), 0)

    def close(self) -> None:
        """Release the descriptor."""
        os.close(self._descriptor)
