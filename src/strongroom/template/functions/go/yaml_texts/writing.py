"""Writing a document."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cmp_to_key
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.formatting.shortest import format_float
from strongroom.template.functions.bounds import Visits, check_bytes
from strongroom.template.functions.go.layouts import RFC3339_NANO, format_time
from strongroom.template.functions.go.numbers import NotANumber, parse_float, parse_int
from strongroom.template.functions.go.yaml_texts.reading import library
from strongroom.template.functions.go.yaml_texts.scalars import needs_quotes
from strongroom.template.types import is_list, type_name
from strongroom.template.values import NilPointer, Number, Structure, data_of

_BINARY = "tag:yaml.org,2002:binary"
_BINARY_LINE = 70
_INFINITE = {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}
_UNPRINTABLE = re.compile("[\x85\u2028\u2029\U00010000-\U0010ffff]")
_NOT_UTF8 = re.compile("[\ud800-\udfff]")


def encoded(value: Any) -> str:
    """The value as a document.

    Raises:
        FunctionFailed: it has too many parts, or the package that writes it is absent.
    """
    yaml = library()
    from strongroom.template.functions.go.yaml_texts.emitting import GoEmitter  # noqa: PLC0415 - it needs the library

    emitter = GoEmitter()
    for event in _document(yaml, value):
        emitter.emit(event)
        check_bytes(emitter.written.tell())
    return emitter.written.getvalue()


def _document(yaml: Any, value: Any) -> Iterator[Any]:
    yield yaml.StreamStartEvent()
    yield yaml.DocumentStartEvent(explicit=False)
    yield from _Writer(yaml).events(value, 0)
    yield yaml.DocumentEndEvent(explicit=False)
    yield yaml.StreamEndEvent()


class _Writer:
    def __init__(self, yaml: Any) -> None:
        self._yaml = yaml
        self._steps = Visits()

    def events(self, value: Any, depth: int) -> Iterator[Any]:
        self._steps.take(depth)
        match value:
            case Structure() if "String" in value.methods:
                yield self._text(getattr(value, value.methods["String"])())
            case Structure():
                # Names of fields are written small.
                items = ((name.lower(), getattr(value, attribute)) for name, attribute in value.fields.items())
                yield from self._map(items, depth)
            case Mapping():
                keys = sorted(value, key=cmp_to_key(_compared))
                yield from self._map(((key, value[key]) for key in keys), depth)
            case _ if is_list(value) or isinstance(value, bytes):
                yield self._yaml.SequenceStartEvent(None, None, implicit=True, flow_style=not value)
                for item in value:
                    yield from self.events(item, depth + 1)
                yield self._yaml.SequenceEndEvent()
            case _:
                yield self._scalar(value)

    def _map(self, items: Iterable[tuple[str, Any]], depth: int) -> Iterator[Any]:
        yield self._yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
        for key, value in items:
            yield self._text(key)
            yield from self.events(value, depth + 1)
        yield self._yaml.MappingEndEvent()

    def _scalar(self, value: Any) -> Any:
        match value:
            case Number():
                return self._scalar(_value_of(value))
            case str():
                return self._text(value)
            case None | NilPointer():
                return self._plain("null")
            case bool():
                return self._plain("true" if value else "false")
            case float():
                text = format_float(value)
                return self._plain(_INFINITE.get(text, text))
            case datetime():
                return self._plain(format_time(value, RFC3339_NANO))
            case int():
                return self._plain(str(int(value)))
            case _:
                raise FunctionFailed(f"cannot marshal type: {type_name(value)}")

    def _plain(self, text: str) -> Any:
        return self._yaml.ScalarEvent(None, None, (True, True), text)

    def _text(self, text: str) -> Any:
        if _NOT_UTF8.search(text):
            return self._yaml.ScalarEvent(None, _BINARY, (False, False), _binary(text), style=_style(_binary(text)))
        style = '"' if _UNPRINTABLE.search(text) else "|" if "\n" in text else '"' if needs_quotes(text) else None
        return self._yaml.ScalarEvent(None, None, (True, True), text, style=style)


def _style(text: str) -> str | None:
    return "|" if "\n" in text else None


def _binary(text: str) -> str:
    data = b64encode(data_of(text)).decode()
    if len(data) < _BINARY_LINE:
        return data
    return "".join(data[at : at + _BINARY_LINE] + "\n" for at in range(0, len(data), _BINARY_LINE))


def _value_of(number: Number) -> int | float | str:
    for parse in (parse_int, parse_float):
        try:
            return parse(number)
        except NotANumber:
            continue
    return str(number)


def _compared(one: str, other: str) -> int:
    """The order of keys: letters after all else, digits by the numbers that they make."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return _compared_from(at, one, other)
    return len(one) - len(other)


def _compared_from(at: int, one: str, other: str) -> int:
    """The order by the first characters that differ."""
    a, b = one[at], other[at]
    if a.isalpha() or b.isalpha():
        if a.isalpha() and b.isalpha():
            return ord(a) - ord(b)
        return -1 if b.isalpha() else 1
    after_digits = "0" in (a, b) and re.search(r"[1-9]\d*\Z", one[:at]) is not None
    first, first_digits = _digits(one, at, 1 if after_digits else 0)
    second, second_digits = _digits(other, at, 1 if after_digits else 0)
    return (first - second) or (first_digits - second_digits) or (ord(a) - ord(b))


def _digits(text: str, at: int, start: int) -> tuple[int, int]:
    """The number that begins at a place, after digits that stand for `start`, and how many digits it has."""
    digits = re.compile(r"\d{0,18}").match(text, at)
    assert digits is not None
    return int(f"{start}{digits.group()}"), digits.end()
