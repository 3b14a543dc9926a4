"""What the SQLite store's writer works with, failing or stalling when told to: its lock and its connection."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import apsw

from strongroom.storage.sqlite.ballast import Ballast
from strongroom.storage.sqlite.files import FairLock


class FaultyLock(FairLock):
    """A commit lock whose `flock` fails while it is told to.

    Attributes:
        fails: "at once" for the try, "waiting" for the call that blocks, empty for neither.
        error: what failing raises.
        release_fails: whether giving it back fails too, once.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.fails = ""
        self.error: Exception = OSError(5, "Input/output error")
        self.release_fails = False

    def release(self) -> None:
        """Give it back, and fail afterwards."""
        super().release()
        if self.release_fails:
            self.release_fails = False
            raise OSError(5, "Input/output error")

    def try_acquire(self) -> bool:
        """Try, fail, or find it taken."""
        if self.fails == "at once":
            raise self.error
        return False if self.fails == "waiting" else super().try_acquire()

    def acquire(self) -> None:
        """Wait, or fail: also if it was told to while it waited."""
        if self.fails:
            raise self.error
        super().acquire()
        if self.fails:
            super().release()
            raise self.error


class FaultyBallast(Ballast):
    """A reserve that can't be looked at while it is told to fail.

    Attributes:
        error: what looking at it raises; None for nothing.
    """

    error: Exception | None = None

    def present(self) -> bool:
        """Whether it is there, or the error."""
        if self.error is not None:
            raise self.error
        return super().present()


class FaultyConnection(apsw.Connection):
    """A connection on which one kind of statement fails, or stalls in the thread that runs it.

    Attributes:
        failing: the statement that is an I/O error; empty for none.
        stalled: the statement that waits for `released`, after it has set `reached`; empty for none.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        self.failing = self.stalled = ""
        self.reached, self.released = threading.Event(), threading.Event()

    def execute(self, statements: Any, *arguments: Any, **options: Any) -> Any:
        """Run a statement, as far as it is let."""
        if statements == self.failing:
            raise apsw.IOError("the disk failed")
        if statements == self.stalled:
            self.reached.set()
            assert self.released.wait(30), "nobody let it go on"
        return super().execute(statements, *arguments, **options)
