"""Appends entries to a file that all processes of a node share.

Each entry is one `write(2)` to a descriptor in append mode, so that lines of several processes never mix.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from strongroom.lib.errors import InvalidRequest, Unavailable

_DISCARD = "discard"
_DEFAULT_MODE = 0o600
_PIPES = frozenset({"stdout", "/dev/stdout", "stderr", "/dev/stderr"})


class FileDevice:
    """One open audit file.

    Args:
        path: absolute or relative to the working directory; `discard` writes nowhere.
        mode: permissions of the file; 0 leaves an existing file's as they are.
    """

    def __init__(self, path: str, mode: int = _DEFAULT_MODE) -> None:
        self._path = path
        self._mode = mode
        self._descriptor = -1
        self._torn = False

    def open(self) -> None:
        """Open or create the file.  Raises `InvalidRequest` with the reason when that can't be done."""
        if self._path == _DISCARD:
            return
        if self._path in _PIPES:
            raise InvalidRequest(
                f"a file audit device writes to a regular file, not to {self._path}: "
                "several processes writing to one pipe would mix their lines"
            )
        path = Path(self._path)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, flags, self._mode or _DEFAULT_MODE)
        except (OSError, ValueError) as error:
            raise InvalidRequest(f'sanity check failed; unable to open "{self._path}" for writing: {error}') from error
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISCHR(status.st_mode):
            os.close(descriptor)
            raise InvalidRequest(f'a file audit device writes to a regular file, which "{self._path}" isn\'t')
        if self._mode and stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
            os.fchmod(descriptor, self._mode)
        self.close()
        self._descriptor = descriptor
        self._torn = False

    def write(self, line: bytes) -> None:
        """Append one line, which ends in a newline.  Raises `Unavailable` when it wasn't taken whole."""
        if self._path == _DISCARD:
            return
        if self._torn:
            line = b"\n" + line
        try:
            written = os.write(self._descriptor, line)
        except OSError as error:
            raise self._failed(str(error)) from error
        if written == len(line):
            self._torn = False
            return
        # A disk that is full, or a limit of the file's size: part of the line stands in the file.  The next line
        # begins with a newline, so that it can be read whatever becomes of this one.
        self._torn = True
        raise self._failed(f"only {written} of {len(line)} bytes were taken")

    def _failed(self, reason: str) -> Unavailable:
        return Unavailable("the audit file cannot be written", detail=f"{self._path}: {reason}")

    def reopen(self) -> None:
        """Go on in a new file of the same name, after the old one was moved away.

        Raises: `InvalidRequest` when that can't be opened; the old one is still open then.
        """
        self.open()

    def close(self) -> None:
        """Release the descriptor."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def file_device(options: Mapping[str, str]) -> FileDevice:
    """The device that a configuration's options describe.

    Args:
        options: `file_path` (or `path`), and `mode` in octal.

    Raises: `InvalidRequest` for a path that is missing, or a mode that is no octal number.
    """
    path = options.get("file_path") or options.get("path") or ""
    if not path:
        raise InvalidRequest("file_path is required")
    mode = options.get("mode") or f"{_DEFAULT_MODE:o}"
    if not mode.isascii() or not mode.isdigit() or len(mode) > 5 or set(mode) & {"8", "9"}:
        raise InvalidRequest(f'strconv.ParseUint: parsing "{mode}": invalid syntax')
    return FileDevice(path, int(mode, 8))
