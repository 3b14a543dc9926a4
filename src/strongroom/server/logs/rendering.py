"""One event of the log as one line (p)."""

from __future__ import annotations

import json
import math
from collections.abc import MutableMapping
from typing import Any

_LEVELS = {"critical": "error", "exception": "error", "warning": "warn"}
"""The names of levels in lines, where they aren't those of the calls."""
_NEED_QUOTES = frozenset(' "')
_ESCAPED = frozenset('"\\')
"""What has a backslash before it within quotes, as in Vault's log."""


def render_standard(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    """One line as operators of Vault know it: time, level, part, message, values."""
    level = _level(method, event).upper()
    time, part = event.pop("timestamp", ""), event.pop("logger", "server")
    message, trace = event.pop("event", ""), event.pop("exception", "")
    values = " ".join(f"{name}={_quoted(value)}" for name, value in event.items())
    line = f"{time} [{level}]".ljust(32) + f" {part}: {message}" + (f": {values}" if values else "")
    return line + (f"\n{trace}" if trace else "")


def _level(method: str, event: MutableMapping[str, Any]) -> str:
    named = str(event.pop("level", method))
    return _LEVELS.get(named, named)


def _quoted(value: object) -> str:
    # A line is one event, and a value one value: what clients and other systems say must not begin another.
    text = str(value)
    if text.isprintable() and text and not _NEED_QUOTES.intersection(text):
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in _ESCAPED:
        return f"\\{char}"
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def render_json(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    """One object in one line, with the names that collectors of Vault's log look for; values stand beside them.

    Source: https://developer.hashicorp.com/vault/docs/configuration#log_format,
    https://pkg.go.dev/github.com/hashicorp/go-hclog
    """
    line = {
        "@level": _level(method, event),
        "@message": str(event.pop("event", "")),
        "@module": event.pop("logger", "server"),
        "@timestamp": event.pop("timestamp", ""),
    }
    # A value can't take the place of one of these: no name of a value begins with `@`.
    return json.dumps(line | {name: _plain(value) for name, value in event.items()}, ensure_ascii=True)


def _plain(value: object) -> object:
    """A value that JSON has; of others their text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case list() | tuple():
            return [_plain(each) for each in value]
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case _:
            return str(value)
