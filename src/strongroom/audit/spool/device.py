"""The writing end of the spool: every worker appends its entries, each with one `write(2)`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping

from strongroom.audit.full import untaken
from strongroom.audit.spool.framing import framed
from strongroom.audit.spool.place import Locked, Place, lock
from strongroom.lib.errors import InvalidRequest, Unavailable

_APPEND = os.O_WRONLY | os.O_APPEND
_UNWRITABLE = "the audit spool cannot be written"
_ATTEMPTS = 100
"""More segments than can go by while one entry looks for its own."""


class SpoolDevice:
    """An audit device whose entries wait on disk for the forwarder.

    An entry that was taken survives the end of every process; like a file's, it isn't synced to the disk.

    Args:
        target: where the forwarder writes.
        options: what else the device says of the target.
        segment_bytes: when a segment has so many, the next one is begun.
        max_bytes: when all segments have so many, nothing is taken until the forwarder has removed one.
    """

    def __init__(
        self, place: Place, target: str, options: Mapping[str, str], segment_bytes: int, max_bytes: int
    ) -> None:
        self._place = place
        self._target = target
        self._options = options
        self._segment_bytes = segment_bytes
        self._max_bytes = max_bytes
        self._writers = -1
        self._segment = -1

    def open(self) -> None:
        """Make the spool's files.  Raises `InvalidRequest` with the reason when that can't be done."""
        try:
            self._open()
        except OSError as error:
            raise InvalidRequest(f"the audit spool cannot be written: {error}") from error

    def _open(self) -> None:
        self.close()
        place = self._place
        # The forwarder may be removing what the same device left when it was open before.
        for _ in range(_ATTEMPTS):
            try:
                place.make()
                self._writers = place.open(place.writers, os.O_RDWR | os.O_CREAT)
                lock(self._writers, fcntl.LOCK_SH)
            except FileNotFoundError:
                continue
            if os.fstat(self._writers).st_nlink:
                break
            self._close_writers()
        else:
            raise Locked("the spool's directory does not stay")
        place.aim(self._target, self._options)
        place.ended = False

    def write(self, line: bytes) -> None:
        """Append one line, which ends in a newline.  Raises `Unavailable` when it wasn't taken whole."""
        record = framed(line)
        try:
            written = self._append(record)
        except OSError as error:
            raise self._untaken(str(error), error) from error
        if written != len(record):
            # What stands there is told from an entry by its missing end, and passed over.
            raise self._untaken(f"only {written} of {len(record)} bytes were taken")

    def _append(self, record: bytes) -> int:
        for _ in range(_ATTEMPTS):
            if self._segment < 0:
                self._advance()
            segment = self._segment
            lock(segment, fcntl.LOCK_SH)
            try:
                status = os.fstat(segment)
                if status.st_nlink and status.st_size < self._segment_bytes:
                    return os.write(segment, record)
            finally:
                fcntl.flock(segment, fcntl.LOCK_UN)
            if os.fstat(self._writers).st_nlink:
                self._advance()
            else:  # somebody has removed the directory
                self._open()
        raise Locked("every segment was full at once")

    def _advance(self) -> None:
        """Go to the newest segment, or make one if that is full.  Raises `Unavailable` at the spool's bound."""
        place = self._place
        with place.in_order():
            newest = (place.segments() or [0])[-1]
            segment = place.open(place.segment(newest), _APPEND) if newest else -1
            if segment < 0 or os.fstat(segment).st_size >= self._segment_bytes:
                if segment >= 0:
                    os.close(segment)
                if (held := place.segments_bytes()) + self._segment_bytes > self._max_bytes:
                    raise self._failed(f"the spool is full: {held} bytes wait, and nobody reads {self._target}")
                segment = place.open(place.segment(newest + 1), _APPEND | os.O_CREAT)
        if self._segment >= 0:
            os.close(self._segment)
        self._segment = segment

    def _failed(self, reason: str) -> Unavailable:
        return Unavailable(_UNWRITABLE, detail=f"{self._place.directory}: {reason}")

    def _untaken(self, reason: str, error: OSError | None = None) -> Unavailable:
        return untaken(_UNWRITABLE, f"{self._place.directory}: {reason}", self._writers, error)

    def reopen(self) -> None:
        """Nothing to do: the forwarder follows its targets itself."""

    def look(self) -> None:
        """Nothing to do: the forwarder sees to its targets."""

    def close(self) -> None:
        """Release the descriptors; what waits is forwarded all the same."""
        if self._segment >= 0:
            os.close(self._segment)
            self._segment = -1
        self._close_writers()

    def _close_writers(self) -> None:
        if self._writers >= 0:
            os.close(self._writers)
            self._writers = -1
