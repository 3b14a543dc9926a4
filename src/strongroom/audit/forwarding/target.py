"""Where the forwarder writes: standard output, standard error, or a named pipe.

A target has three responses to a line.  It takes the line.  It can't take it now (`OSError`), and the line is sent
again.  It will never take it (`Undeliverable`), and the line is set aside so that the others can follow.
"""

from __future__ import annotations

import contextlib
import os
import select
import stat
from collections.abc import Mapping
from typing import Protocol

STANDARD = {"stdout": 1, "stderr": 2}
"""The descriptors that the forwarder inherits from the supervisor."""


class Undeliverable(Exception):
    """The target refuses this line for its content: the line is too long, or has a form that the target doesn't accept.

    The text gives the reason, and quotes nothing of the line.
    """


class Target(Protocol):
    """Takes whole lines.  It may block."""

    def send(self, line: bytes) -> None:
        """Write a whole line.  This may block.

        Raises:
            OSError: the target can't take the line now.  It must be sent again. Undeliverable: the target will never
                take the line.
        """
        ...

    def close(self) -> None:
        """Release everything."""
        ...


def open_target(name: str, options: Mapping[str, str]) -> Target:
    """Open a device's target.

    Args:
        name: `stdout`, `stderr`, or the path of a pipe.
        options: the device's options for the target; these targets have none.
    """
    return Standard(STANDARD[name]) if name in STANDARD else Pipe(name)


def _write(descriptor: int, line: bytes) -> None:
    """Write everything.  Raises `Partly` if only a part was written, else `OSError`."""
    rest = memoryview(line)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            # Another process with the same terminal or pipe has made it non-blocking.
            waiting = select.poll()
            waiting.register(descriptor, select.POLLOUT)
            waiting.poll()
        except OSError as error:
            if len(rest) < len(line):
                raise Partly(error.errno, error.strerror) from error
            raise


class Partly(OSError):
    """Part of the line was written."""


class Standard:
    """An inherited descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._torn = False

    def send(self, line: bytes) -> None:
        """Write a whole line.  Raises `OSError`, for example if the reader is gone."""
        try:
            _write(self._descriptor, b"\n" + line if self._torn else line)
        except Partly:
            self._torn = True
            raise
        self._torn = False

    def close(self) -> None:
        """Do nothing, because the descriptor belongs to the whole process."""


class Pipe:
    """A named pipe, opened again for each reader."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor = -1

    def send(self, line: bytes) -> None:
        """Write a whole line.

        Raises `OSError` if there is no reader.  The next reader gets the line from its start.
        """
        if self._descriptor < 0:
            self._descriptor = self._open()
        try:
            _write(self._descriptor, line)
        except OSError:
            self.close()
            raise

    def _open(self) -> int:
        # Opening doesn't wait for a reader, which may never come.  Writing waits.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | os.O_NOFOLLOW)
        with contextlib.ExitStack() as opened:
            opened.callback(os.close, descriptor)
            if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                raise OSError(f"{self._path} is no pipe any more")
            os.set_blocking(descriptor, True)
            opened.pop_all()
        return descriptor

    def close(self) -> None:
        """Close the descriptor.  The reader sees the end of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
