"""The server's own log, on standard error or in a file; secrets never reach it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

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


def render_standard(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    """One line as operators of Vault know it: time, level, part, message, values."""
    level = _SHOWN.get(str(event.pop("level", method)), str(method).upper())
    time, part = event.pop("timestamp", ""), event.pop("logger", "server")
    message, trace = event.pop("event", ""), event.pop("exception", "")
    values = " ".join(f"{name}={_quoted(value)}" for name, value in event.items())
    line = f"{time} [{level}]".ljust(32) + f" {part}: {message}" + (f": {values}" if values else "")
    return line + (f"\n{trace}" if trace else "")


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text}"' if " " in text or not text else text


def configure(level: str = "info", format_: str = "standard", file: str = "") -> None:
    """Set up logging for this process.

    Args:
        level: a key of `LEVELS`.
        format_: `standard` or `json`.
        file: a path to append to besides standard error; empty for none.
    """
    renderer: Any = structlog.processors.JSONRenderer() if format_ == "json" else render_standard
    out: TextIO = sys.stderr
    if file:
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        out = path.open("a", encoding="utf-8", buffering=1)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name,
            # Python's own traceback, which shows no values of variables.
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS.get(level or "info", 20)),
        logger_factory=_Factory(out),
        cache_logger_on_first_use=True,
    )


class _Factory:
    """Makes loggers that write lines and know the part of the server they speak for."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __call__(self, *names: str) -> _Logger:
        return _Logger(self._out, names[0] if names else "server")


class _Logger:
    def __init__(self, out: TextIO, name: str) -> None:
        self._out = out
        self.name = name

    def msg(self, line: str) -> None:
        """Write one line."""
        self._out.write(line + "\n")
        self._out.flush()

    debug = info = warning = error = critical = exception = log = msg


def _name(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["logger"] = getattr(logger, "name", "server")
    return event
