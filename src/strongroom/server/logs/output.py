"""The output of a process's log, and its level."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path

from strongroom.lib.redaction import Redaction
from strongroom.server.logs.loggers import logger_of
from strongroom.server.logs.rotation import Rotation

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
        self._own: dict[str, int] = {}
        """Levels of loggers that have one of their own."""
        self._path: Path | None = None
        self._descriptors = [_STANDARD_ERROR]
        self._size_bytes, self._opened_at = 0, 0.0
        self.rotation: Rotation | None = None
        """The rule by which the file is rotated; only for a process that nobody shares the file with."""
        self.redaction = Redaction()

    def configure(self, level: str, path: Path | None) -> None:
        """Set the level and the file.  Raises `LogError`; standard error and the files before stay in use then."""
        descriptors = [_STANDARD_ERROR]
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
                descriptors.append(os.open(path, flags, _FILE_MODE))
                self._size_bytes, self._opened_at = os.fstat(descriptors[-1]).st_size, time.monotonic()
            except OSError as error:
                raise LogError(f"the log file {path} cannot be opened: {error.strerror}") from error
        for old in self._descriptors[1:]:
            os.close(old)
        self._level = self._configured = LEVELS.get(level, self._configured)
        self._own.clear()
        self._path, self._descriptors = path, descriptors

    def reopen(self, level: str) -> None:
        """Go on in a new file of the same name, after a log rotation, at another level unless that is empty."""
        self.configure(level, self._path)

    def level_of(self, logger: str = "") -> str:
        """The level of a logger, by the first of its names; if empty, of those that have none of their own."""
        wanted = self._own.get(logger, self._level)
        return next(name for name, number in LEVELS.items() if number == wanted)

    def set_level(self, name: str, logger: str = "") -> None:
        """Change a level.

        Args:
            name: a key of `LEVELS`; empty for the configured one.
            logger: whose; if empty, that of all loggers.
        """
        number = LEVELS.get(name, self._configured)
        if logger:
            self._own[logger] = number
        else:
            self._level = number
            self._own.clear()

    def wants(self, level: str, name: str) -> bool:
        """Whether a line of this level is written.

        Args:
            name: what the line shows as its logger.
        """
        least = self._own.get(logger_of(name), self._level) if self._own else self._level
        return number_of(level) >= least

    def write(self, line: str) -> None:
        """Write one line in one piece, as other processes write there too."""
        # Redaction comes last, so that it covers every text.
        data = self.redaction.text(line).encode("utf-8", "replace") + b"\n"
        if self.rotation is not None and self._path is not None:
            self._rotate(self.rotation, self._path)
        self._size_bytes += len(data)
        for descriptor in self._descriptors:
            # A log that can't be written, on a full disk or a closed pipe, must not fail what is being logged.
            with contextlib.suppress(OSError):
                os.write(descriptor, data)

    def _rotate(self, rotation: Rotation, path: Path) -> None:
        """Put the file aside if that is due.  The log goes on in the same file if that can't be done."""
        if not rotation.is_due(self._size_bytes, time.monotonic() - self._opened_at):
            return
        # Tried again when it is due anew, and not with each line.
        self._size_bytes, self._opened_at = 0, time.monotonic()
        level, own = self._level, dict(self._own)
        with contextlib.suppress(OSError, LogError):
            path.rename(rotation.name(path, time.time_ns()))
            self.reopen("")
            self._level, self._own = level, own
            for name in rotation.surplus(path, (each.name for each in path.parent.iterdir())):
                path.with_name(name).unlink()
