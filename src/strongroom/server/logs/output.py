"""The output of a process's log, and its level."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from strongroom.lib.redaction import Redaction

LEVELS: Mapping[str, int] = {
    "trace": 5,
    "debug": 10,
    "info": 20,
    "notice": 20,
    "warn": 30,
    "warning": 30,
    "error": 40,
    "err": 40,
}
_STANDARD_ERROR = 2
_FILE_MODE = 0o640


def number_of(level: str) -> int:
    """The number of a level that an event has; what isn't known is an error."""
    return LEVELS.get(level, LEVELS["error"])


class LogError(Exception):
    """The log can't be written where it should be; the text says why."""


class Output:
    """The output of this process's log, and its level."""

    def __init__(self) -> None:
        self._level = LEVELS["info"]
        self._configured = self._level
        self._path: Path | None = None
        self._descriptors = [_STANDARD_ERROR]
        self.redaction = Redaction()

    def configure(self, level: str, path: Path | None) -> None:
        """Set the level and the file.  Raises `LogError`; standard error and the files before stay in use then."""
        descriptors = [_STANDARD_ERROR]
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
                descriptors.append(os.open(path, flags, _FILE_MODE))
            except OSError as error:
                raise LogError(f"the log file {path} cannot be opened: {error.strerror}") from error
        for old in self._descriptors[1:]:
            os.close(old)
        self._level = self._configured = LEVELS.get(level, self._configured)
        self._path, self._descriptors = path, descriptors

    def reopen(self, level: str) -> None:
        """Go on in a new file of the same name, after a log rotation, at another level unless that is empty."""
        self.configure(level, self._path)

    @property
    def level(self) -> str:
        """The level, by the first of its names."""
        return next(name for name, number in LEVELS.items() if number == self._level)

    @level.setter
    def level(self, name: str) -> None:
        self._level = LEVELS.get(name, self._configured)

    def wants(self, level: str) -> bool:
        """Whether a line of this level is written."""
        return number_of(level) >= self._level

    def write(self, line: str) -> None:
        """Write one line in one piece, as other processes write there too."""
        # Redaction comes last, so that it covers every text.
        data = self.redaction.text(line).encode("utf-8", "replace") + b"\n"
        for descriptor in self._descriptors:
            # A log that can't be written, on a full disk or a closed pipe, must not fail what is being logged.
            with contextlib.suppress(OSError):
                os.write(descriptor, data)
