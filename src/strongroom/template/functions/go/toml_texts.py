"""TOML as the package `github.com/BurntSushi/toml` writes it.

Source: https://pkg.go.dev/github.com/BurntSushi/toml#Encoder, https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.formatting.shortest import format_float
from strongroom.template.functions.bounds import BoundedText, Visits
from strongroom.template.functions.go.layouts import RFC3339_NANO, format_time
from strongroom.template.functions.go.numbers import NotANumber, parse_float, parse_int
from strongroom.template.types import is_list, type_name
from strongroom.template.values import NilPointer, Number, Structure

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f]')
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f"}
_INDENT = "  "


def encoded(value: Any) -> str:
    """The value as a document.

    Raises:
        FunctionFailed: TOML has no such value.
    """
    writer = _Writer()
    writer.write((), value, 0)
    return writer.output.text()


class _Writer:
    def __init__(self) -> None:
        self.output = BoundedText()
        self._steps = Visits()
        self._has_written = False

    def write(self, path: tuple[str, ...], value: Any, depth: int) -> None:
        """Write what is at a path; nothing for None."""
        self._steps.take(depth)
        if _is_table(value):
            self._table(path, value, depth)
        elif _is_list_of_tables(value):
            self._tables(path, value, depth)
        elif _is_nil(value) and not path:
            raise FunctionFailed("a document can't be null")
        elif not _is_nil(value):
            start = f"{_INDENT * (len(path) - 1)}{_key(path[-1])} = " if path else ""
            self._add(start + self._inline(value, depth))
            if path:
                self._add("\n")

    def _table(self, path: tuple[str, ...], table: Any, depth: int) -> None:
        if len(path) == 1:
            self._line_end()
        if path:
            self._add(f"{_INDENT * (len(path) - 1)}[{'.'.join(map(_key, path))}]")
            self._line_end()
        self._items(path, table, depth)

    def _tables(self, path: tuple[str, ...], tables: Sequence[Any], depth: int) -> None:
        if not path:
            raise FunctionFailed("top-level values must be Go maps or structs")
        for table in tables:
            self._line_end()
            self._add(f"{_INDENT * (len(path) - 1)}[[{'.'.join(map(_key, path))}]]")
            self._line_end()
            self._items(path, table, depth)

    def _items(self, path: tuple[str, ...], table: Any, depth: int) -> None:
        for key, value in _ordered(table):
            self.write((*path, key), value, depth + 1)

    def _inline(self, value: Any, depth: int) -> str:
        self._steps.take(depth)
        if _is_table(value):
            items = ((key, item) for key, item in _ordered(value) if not _is_nil(item))
            return "{" + ", ".join(f"{_key(key)} = {self._inline(item, depth + 1)}" for key, item in items) + "}"
        if is_list(value):
            return "[" + ", ".join(self._inline(item, depth + 1) for item in value) + "]"
        return _plain(value)

    def _line_end(self) -> None:
        if self._has_written:
            self._add("\n")

    def _add(self, text: str) -> None:
        self.output.add(text)
        self._has_written = True


def _ordered(table: Any) -> list[tuple[str, Any]]:
    """The items: those that need a heading come after the others."""
    if isinstance(table, Structure):
        items = [(name, getattr(table, attribute)) for name, attribute in table.fields.items()]
    else:
        items = sorted(table.items())
    return sorted(items, key=lambda item: _is_table(item[1]) or _is_list_of_tables(item[1]))


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, Structure) and "String" not in value.methods)


def _is_list_of_tables(value: Any) -> bool:
    if not is_list(value):
        return False
    if any(map(_is_nil, value)):
        raise FunctionFailed("cannot encode array with nil element")
    return bool(value) and all(map(_is_table, value))


def _is_nil(value: Any) -> bool:
    return value is None or isinstance(value, NilPointer)


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Number():
            return _number(value)
        case str():
            return _text(value)
        case float():
            return _float(value)
        case datetime():
            return format_time(value, RFC3339_NANO)
        case bytes():
            return "[" + ", ".join(map(str, value)) + "]"
        case Structure():
            return _text(getattr(value, value.methods["String"])())
        case int():
            return str(int(value))
        case _:
            raise FunctionFailed(f"unsupported type: {type_name(value)}")


def _text(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match.group()) or f"\\u{ord(match.group()):04x}"


def _number(value: Number) -> str:
    try:
        return str(parse_int(value)) if value else "0"
    except NotANumber:
        pass  # no integer, so it may be a float
    try:
        return _float(parse_float(value))
    except NotANumber:
        raise FunctionFailed("a number is neither int64 nor float64") from None


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = format_float(value, "f")
    return text if "." in text else text + ".0"
