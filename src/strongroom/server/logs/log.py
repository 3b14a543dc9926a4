"""The log of this process."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from strongroom.lib.redaction import Redaction
from strongroom.server.logs.output import LEVELS, Output, number_of
from strongroom.server.logs.rendering import render_json, render_standard
from strongroom.server.logs.rotation import Rotation
from strongroom.server.logs.watches import Watches

_output = Output()
_hidden: set[str] = set()
readers = Watches()
"""The clients that read this process's log."""


def renderer_of(format_: str) -> Any:
    """The processor that makes an event's line.

    Args:
        format_: `standard` or `json`.
    """
    return render_json if format_ == "json" else render_standard


def _distribute(render: Any) -> Any:
    """The last processor: passes the event to all readers, and renders it if the output wants it."""

    def last(logger: Any, method: str, event: MutableMapping[str, Any]) -> Any:
        level, asked = str(event.get("level", method)), event.pop("asked", False)
        readers.offer(number_of(level), event)
        # Events that an operator requested by a signal are written at any level.
        if not asked and not _output.wants(level, str(event.get("logger", ""))):
            raise structlog.DropEvent
        return render(logger, method, event)

    return last


def configure(level: str = "info", format_: str = "standard", file: str = "", rotation: Rotation | None = None) -> None:
    """Set up logging for this process.

    Args:
        level: a key of `LEVELS`; empty for `info`.
        format_: `standard` or `json`.
        file: a path to append to besides standard error; empty for none.
        rotation: when this process, which is alone with the file, puts it aside.

    Raises: `LogError` when the file can't be opened.
    """
    _output.configure(level or "info", Path(file) if file else None)
    _output.rotation = rotation
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _drop_detail,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%S.%fZ", utc=True),
            _name,
            # Python's own traceback, which shows no values of variables.
            structlog.processors.format_exc_info,
            _distribute(renderer_of(format_)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS["debug"]),
        logger_factory=_Logger,
        cache_logger_on_first_use=True,
    )


def hide(secrets: Iterable[str]) -> None:
    """Hide these secrets in all texts of this process from now on, in addition to those of earlier calls."""
    _hidden.update(secrets)
    _output.redaction = Redaction(_hidden)


def without_secrets(text: str) -> str:
    """The text without secrets, for places other than the log."""
    return _output.redaction.text(text)


def document_without_secrets(document: dict[str, Any]) -> dict[str, Any]:
    """The same for each text of a document."""
    return dict(_output.redaction.value(document))


def reopen(level: str = "") -> None:
    """Begin a new log file, and change the level unless it is empty.  Raises `LogError`."""
    _output.reopen(level)


def level(logger: str = "") -> str:
    """The level in force.

    Args:
        logger: one of `LOGGERS`; empty for those that have no level of their own.
    """
    return _output.level_of(logger)


def set_level(level: str, logger: str = "") -> None:
    """Log at another level until the next `configure` or `reopen`.

    Args:
        level: a key of `LEVELS`; empty for the configured one.
        logger: one of `LOGGERS`; empty for all.
    """
    _output.set_level(level, logger)


class _Logger:
    """Writes the lines of one part of the server."""

    def __init__(self, *names: str) -> None:
        self.name = names[0] if names else "server"

    def msg(self, line: str) -> None:
        """Write one line."""
        _output.write(line)

    debug = info = warning = error = critical = exception = log = msg


def _drop_detail(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    level = str(event.get("level", method))
    if not (event.get("asked") or _output.wants(level, getattr(logger, "name", "")) or readers.wants(number_of(level))):
        raise structlog.DropEvent
    return event


def _name(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["logger"] = getattr(logger, "name", "server")
    return event
