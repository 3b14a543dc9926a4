"""The server's own log, on standard error and in a file; secrets never reach it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from strongroom.server.watches import Watches

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
_SHOWN = {"critical": "ERROR", "exception": "ERROR", "warning": "WARN"}
_STANDARD_ERROR = 2
_FILE_MODE = 0o640


class LogError(Exception):
    """The log can't be written where it should be; the text says why."""


def render_standard(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    """One line as operators of Vault know it: time, level, part, message, values."""
    level = _SHOWN.get(str(event.pop("level", method)), str(method).upper())
    time, part = event.pop("timestamp", ""), event.pop("logger", "server")
    message, trace = event.pop("event", ""), event.pop("exception", "")
    values = " ".join(f"{name}={_quoted(value)}" for name, value in event.items())
    line = f"{time} [{level}]".ljust(32) + f" {part}: {message}" + (f": {values}" if values else "")
    return line + (f"\n{trace}" if trace else "")


def _quoted(value: object) -> str:
    # A line is one event: what clients and other systems say must not begin another.
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in str(value))
    return f'"{text}"' if " " in text or not text else text


class Output:
    """Where this process's log goes, and what is too detailed for it."""

    def __init__(self) -> None:
        self._level = LEVELS["info"]
        self._configured = self._level
        self._path: Path | None = None
        self._descriptors = [_STANDARD_ERROR]

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
        data = line.encode("utf-8", "replace") + b"\n"
        for descriptor in self._descriptors:
            # A log that can't be written, on a full disk or a closed pipe, must not fail what is being logged.
            with contextlib.suppress(OSError):
                os.write(descriptor, data)


_output = Output()
watches = Watches()
"""Who reads this process's log besides."""


def renderer_of(format_: str) -> Any:
    """The processor that makes an event's line.

    Args:
        format_: `standard` or `json`.
    """
    return structlog.processors.JSONRenderer() if format_ == "json" else render_standard


def _distribute(render: Any) -> Any:
    """A last processor: it hands the event to who reads along, and makes its line for the output if that wants it."""

    def last(logger: Any, method: str, event: MutableMapping[str, Any]) -> Any:
        level = str(event.get("level", method))
        watches.offer(number_of(level), event)
        if not _output.wants(level):
            raise structlog.DropEvent
        return render(logger, method, event)

    return last


def number_of(level: str) -> int:
    """The number of a level that an event has; what isn't known is an error."""
    return LEVELS.get(level, LEVELS["error"])


def configure(level: str = "info", format_: str = "standard", file: str = "") -> None:
    """Set up logging for this process.

    Args:
        level: a key of `LEVELS`; empty for `info`.
        format_: `standard` or `json`.
        file: a path to append to besides standard error; empty for none.

    Raises: `LogError` when the file can't be opened.
    """
    _output.configure(level or "info", Path(file) if file else None)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _drop_detail,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name,
            # Python's own traceback, which shows no values of variables.
            structlog.processors.format_exc_info,
            _distribute(renderer_of(format_)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS["debug"]),
        logger_factory=_Logger,
        cache_logger_on_first_use=True,
    )


def reopen(level: str = "") -> None:
    """Begin a new log file, and change the level unless it is empty.  Raises `LogError`."""
    _output.reopen(level)


def level() -> str:
    """The level in force."""
    return _output.level


def set_level(level: str) -> None:
    """Log at another level until the next `configure` or `reopen`.

    Args:
        level: a key of `LEVELS`; empty for the configured one.
    """
    _output.level = level


class _Logger:
    """Writes lines, and knows the part of the server that it speaks for."""

    def __init__(self, *names: str) -> None:
        self.name = names[0] if names else "server"

    def msg(self, line: str) -> None:
        """Write one line."""
        _output.write(line)

    debug = info = warning = error = critical = exception = log = msg


def _drop_detail(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    level = str(event.get("level", method))
    if not (_output.wants(level) or watches.wants(number_of(level))):
        raise structlog.DropEvent
    return event


def _name(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["logger"] = getattr(logger, "name", "server")
    return event
