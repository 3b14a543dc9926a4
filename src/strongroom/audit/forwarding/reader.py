"""Reads one device's spool."""

from __future__ import annotations

import fcntl
import os
from itertools import islice, takewhile

import structlog

from strongroom.audit.spool.framing import SpoolRecord, records
from strongroom.audit.spool.place import Place, try_lock
from strongroom.audit.spool.position import Position, PositionFile, read_position

_READ_BYTES = 256 * 1024

log = structlog.get_logger("audit")


class SpoolReader:
    """Returns a device's entries in order, and stores which were delivered.

    Each device must have only one reader.  The forwarder's lock ensures that.

    Attributes:
        interrupted: whether a killed forwarder may have delivered a part of the next entry.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.target = place.target
        found = read_position(place)
        self.interrupted = found is not None and found.busy
        self._position_file = PositionFile(place)
        self._descriptor = -1
        self._at = Position(0, 0, busy=False)
        self._waiting: list[SpoolRecord] = []
        self._base = 0
        segments = place.segments()
        if found is not None and found.segment in segments:
            self._at = found
        elif segments:
            self._at = Position(segments[0], 0, busy=False)

    def next(self, most: int) -> tuple[bytes, ...]:
        """The next entries, each with its newline; none if all are delivered.  Raises `OSError`.

        Args:
            most: how many, at the most.
        """
        while True:
            if not self._waiting and not self._fill():
                return ()
            following = islice(reversed(self._waiting), most)
            if lines := tuple(takewhile(bool, (record.line for record in following))):
                return lines
            log.warning("an audit entry was cut short, as its writer was told", place=str(self.place.directory))
            self._pass(1)

    def delivering(self) -> None:
        """Store that the delivery of the next entry begins.  Raises `OSError`."""
        self._remember(self._at._replace(busy=True))

    def delivered(self, count: int) -> None:
        """Store that the next entries were delivered, whole.  Raises `OSError`."""
        self.interrupted = False
        self._pass(count)

    def _pass(self, count: int) -> None:
        end = self._base + self._waiting[-count].end
        del self._waiting[-count:]
        self._remember(Position(self._at.segment, end, busy=False))

    def _remember(self, position: Position) -> None:
        self._position_file.write(position)
        self._at = position

    def _fill(self) -> bool:
        """Read more of the spool.  Returns whether there is more."""
        while True:
            if self._read():
                return True
            if not self._next_segment():
                return False

    def _read(self) -> bool:
        if self._descriptor < 0:
            if not self._at.segment:
                return False
            try:
                self._descriptor = self.place.open(self.place.segment(self._at.segment), os.O_RDONLY)
            except FileNotFoundError:
                return False  # the spool was removed
        wanted = _READ_BYTES
        while True:
            data = os.pread(self._descriptor, wanted, self._at.offset)
            self._base = self._at.offset
            self._waiting = list(records(data))[::-1]
            if self._waiting or len(data) < wanted:
                return bool(self._waiting)
            wanted *= 2  # an entry longer than the buffer

    def _next_segment(self) -> bool:
        """Remove a segment without writers, and continue in the next one.  Returns whether there is a next one."""
        later = [number for number in self.place.segments() if number > self._at.segment]
        if not later:
            return False
        if self._descriptor >= 0:
            if not try_lock(self._descriptor, fcntl.LOCK_EX):
                return False  # a worker is still writing the last entry
            if os.fstat(self._descriptor).st_size > self._at.offset:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
                if self._read():
                    return True
                log.warning("an audit entry was cut short, as its writer was told", place=str(self.place.directory))
            with self.place.in_order():
                self.place.segment(self._at.segment).unlink()
            self._close_segment()
        self._remember(Position(later[0], 0, busy=False))
        return True

    def try_remove(self) -> bool:
        """Remove the device's spool, unless a process has it open or entries wait.  Returns whether it was removed.

        Raises: `OSError`.
        """
        writers = self.place.open(self.place.writers, os.O_RDWR | os.O_CREAT)
        try:
            if not try_lock(writers, fcntl.LOCK_EX) or self.next(1):
                return False
            with self.place.in_order():
                self.place.remove()
        finally:
            os.close(writers)
        return True

    def close(self) -> None:
        """Release the descriptors."""
        self._close_segment()
        self._position_file.close()

    def _close_segment(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
