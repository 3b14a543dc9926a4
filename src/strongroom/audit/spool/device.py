"""Writes to the spool.  Every worker appends its entries, those of a turn with one `write(2)`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping, Sequence

from strongroom.audit.full import untaken, whole
from strongroom.audit.spool.framing import framed
from strongroom.audit.spool.place import Locked, Place, lock
from strongroom.lib.errors import InvalidRequest, Unavailable

_APPEND = os.O_WRONLY | os.O_APPEND
_UNWRITABLE = "the audit spool cannot be written"
_ATTEMPTS = 100
"""More attempts than needed, even if segments fill up while one entry looks for its own."""


class SpoolDevice:
    """An audit device whose entries wait on disk for the forwarder.

    A written entry survives the end of every process.  It isn't synced to the disk, as with a file.

    Args:
        target: the forwarder's target. options: the device's options for the target. segment_bytes: the size at which
        the next segment begins. max_bytes: the size of all segments at which no entry is taken until the forwarder has
        removed a segment.
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
        """Create the spool's files.  Raises `InvalidRequest` with the reason if that fails."""
        try:
            self._open()
        except OSError as error:
            raise InvalidRequest(f"the audit spool cannot be written: {error}") from error

    def _open(self) -> None:
        self.close()
        place = self._place
        # The forwarder may be removing the device's earlier spool.
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

    def write(self, *lines: bytes) -> int:
        """Append lines, each of which ends in a newline, as many as the segment has room for.

        Returns: how many of them stand in the spool, whole.

        Raises: `Unavailable` if none does.
        """
        records = [framed(line) for line in lines]
        try:
            written, offered = self._append(records)
        except OSError as error:
            raise self._untaken(str(error), error) from error
        # The reader recognizes an incomplete entry by its missing newline, and skips it.
        taken = whole(records[:offered], written)
        if not taken:
            raise self._untaken(f"only {written} of {len(records[0])} bytes were taken")
        return taken

    def _append(self, records: Sequence[bytes]) -> tuple[int, int]:
        """Write to the newest segment.  Returns the bytes written, and how many records were to be."""
        for _ in range(_ATTEMPTS):
            if self._segment < 0:
                self._advance()
            segment = self._segment
            lock(segment, fcntl.LOCK_SH)
            try:
                status = os.fstat(segment)
                if status.st_nlink and status.st_size < self._segment_bytes:
                    # A segment is exceeded by one entry at the most.
                    offered = min(len(records), whole(records, self._segment_bytes - status.st_size) + 1)
                    return os.write(segment, b"".join(records[:offered])), offered
            finally:
                fcntl.flock(segment, fcntl.LOCK_UN)
            if os.fstat(self._writers).st_nlink:
                self._advance()
            else:  # the directory was removed
                self._open()
        raise Locked("every segment was full at once")

    def _advance(self) -> None:
        """Go to the newest segment, or create one if it is full.  Raises `Unavailable` at the spool's limit."""
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
        """Do nothing: the forwarder opens its targets again itself."""

    def look(self) -> None:
        """Do nothing: the forwarder checks its targets."""

    def close(self) -> None:
        """Close the descriptors.  Waiting entries are still forwarded."""
        if self._segment >= 0:
            os.close(self._segment)
            self._segment = -1
        self._close_writers()

    def _close_writers(self) -> None:
        if self._writers >= 0:
            os.close(self._writers)
            self._writers = -1
