"""Appends entries to a file that all processes of a node share.

Each entry is one `write(2)` to a descriptor in append mode, so that lines of several processes never mix.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from strongroom.lib.errors import InvalidRequest, Unavailable

_DISCARD = "discard"
_DEFAULT_MODE = 0o600


class FileDevice:
    """One open audit file.

    Args:
        path: absolute or relative to the working directory; `discard` writes nowhere.
        mode: permissions of a file that is created; 0 leaves an existing file's as they are.
    """

    def __init__(self, path: str, mode: int = _DEFAULT_MODE) -> None:
        self._path = path
        self._mode = mode
        self._descriptor = -1

    def open(self) -> None:
        """Open or create the file.  Raises `InvalidRequest` with the reason when that can't be done."""
        if self._path == _DISCARD:
            return
        if self._path in {"stdout", "/dev/stdout", "stderr", "/dev/stderr"}:
            raise InvalidRequest(
                f"a file audit device writes to a regular file, not to {self._path}: "
                "several processes writing to one pipe would mix their lines"
            )
        path = Path(self._path)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, flags, self._mode or _DEFAULT_MODE)
        except OSError as error:
            raise InvalidRequest(f"sanity check failed; unable to open {self._path!r} for writing: {error}") from error
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISCHR(status.st_mode):
            os.close(descriptor)
            raise InvalidRequest(f"a file audit device writes to a regular file, which {self._path!r} isn't")
        if self._mode and stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
            os.fchmod(descriptor, self._mode)
        self._descriptor = descriptor

    def write(self, line: bytes) -> None:
        """Append one line, which ends in a newline.  Raises `Unavailable` when it wasn't taken whole."""
        if self._path == _DISCARD:
            return
        try:
            written = os.write(self._descriptor, line)
        except OSError as error:
            raise Unavailable("the audit file cannot be written", detail=f"{self._path}: {error}") from error
        if written != len(line):
            self._finish(line[written:])

    def _finish(self, rest: bytes) -> None:
        """A full disk took part of a line: end that line, so that the next one can still be read."""
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            raise Unavailable("the audit file cannot be written", detail=f"{self._path}: {error}") from error

    def reopen(self) -> None:
        """Go on in a new file of the same name, after the old one was moved away."""
        old = self._descriptor
        self.open()
        if old >= 0:
            os.close(old)

    def close(self) -> None:
        """Release the descriptor."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
