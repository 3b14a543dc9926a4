"""SQLite's write-ahead log: how long it is, copying its pages to the database, and using it again from its start."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import NamedTuple, cast

import apsw

from strongroom.storage.sqlite.ballast import Ballast
from strongroom.storage.sqlite.errors import is_full

READERS_MS = 50
"""How long a new beginning of the log waits for readers, because all writers wait with it.

Reads of the server take a millisecond.  A copy of the store is a reader for as long as it takes.
"""
_FRAME_HEAD_BYTES = 24


class Copied(NamedTuple):
    """What a checkpoint has found.

    Attributes:
        used_bytes: length of the part that is in use; the file may be longer.
        left_bytes: the end of it that isn't in the database yet, because it is younger or a reader is older.
    """

    used_bytes: int
    left_bytes: int


class WriteAheadLog:
    """The log of one database.

    Args:
        connection: for checkpoints only, used in one thread.
    """

    def __init__(self, connection: apsw.Connection, ballast: Ballast) -> None:
        connection.set_busy_timeout(READERS_MS)
        self._connection = connection
        self._ballast = ballast
        self._path = Path(connection.filename + "-wal")
        page_bytes = cast(int, connection.execute("PRAGMA page_size").fetchall()[0][0])
        self._frame_bytes = page_bytes + _FRAME_HEAD_BYTES

    def file_bytes(self) -> int:
        """Length of the file."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def version(self) -> int:
        """A number that changes with each commit of any process."""
        return cast(int, self._connection.execute("PRAGMA data_version").fetchall()[0][0])

    def copy(self) -> Copied:
        """Copy pages to the database, beside readers and writers.

        When all are copied, the next writer begins at the start, which needs no space. If the disk is full, parts of
        the reserve are freed for a longer database.  If another connection is about the log at this moment, nothing is
        copied; the next round tries again.
        """
        while True:
            try:
                used, copied = self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            except apsw.BusyError:
                return self._nothing_copied()
            except apsw.Error as error:
                if not is_full(error):
                    raise
                if self._ballast.give_up():
                    continue
                return self._nothing_copied()
            return Copied(used * self._frame_bytes, (used - copied) * self._frame_bytes)

    def _nothing_copied(self) -> Copied:
        length = self.file_bytes()
        return Copied(length, length)

    def begin_again(self) -> None:
        """Copy what is left, and let the next writer begin at the start; call it while nobody writes.

        The file keeps its length: the disk takes a page in the place of another faster than one at a file's end.
        """
        self._checkpoint(apsw.SQLITE_CHECKPOINT_RESTART)

    def empty(self) -> None:
        """The same, and give the file's space back, which takes tens of milliseconds."""
        self._checkpoint(apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def _checkpoint(self, mode: int) -> None:
        # A reader may take longer.  The next round tries again.
        with contextlib.suppress(apsw.BusyError):
            try:
                self._connection.wal_checkpoint(mode=mode)
            except apsw.Error as error:
                if not is_full(error):
                    raise
