"""The forwarder's position in a device's segments, stored in a file of one short line.

The line is written in one piece and not synced, so it survives every process.  After a crash of the machine it may be
newer than the segments, and is ignored.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from strongroom.audit.spool.place import Place


class Position(NamedTuple):
    """A position in the spool.  Everything before it was delivered."""

    segment: int
    offset: int
    """In bytes; an entry begins there."""
    busy: bool
    """Whether the delivery of that entry had begun, so that a part of it may have been delivered."""


def boot_id() -> str:
    """Differs between two starts of the machine.  Source: random(4), "/proc interfaces"."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


def read_position(place: Place) -> Position | None:
    """The position, if it was stored since the machine's start."""
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
        """Store a position.  Raises `OSError`."""
        text = f"{self._boot} {position.segment:016d} {position.offset:016d} {position.busy:d}\n"
        os.pwrite(self._descriptor, text.encode(), 0)

    def close(self) -> None:
        """Release the descriptor."""
        os.close(self._descriptor)
