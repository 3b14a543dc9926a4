"""Reading a document.

Events come from PyYAML, and become values here: its own constructors read scalars otherwise, and unfold aliases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions.bounds import Visits
from strongroom.template.functions.go.base64 import NotEncoded, base64_decoded
from strongroom.template.functions.go.printing import shown
from strongroom.template.functions.go.yaml_texts.scalars import MERGE, resolved
from strongroom.template.functions.maps import OwnMap
from strongroom.template.types import is_list
from strongroom.template.values import text_of

_TAGS = "tag:yaml.org,2002:"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "int": (int,), "float": (float, int), "bool": (bool,), "null": (type(None),), "timestamp": (str,),
}  # fmt: skip
_MOST_PARTS = 400_000
"""With those of aliases counted each time, so that a few lines can't stand for millions of values."""


def decoded(text: str) -> Any:
    """The first document's value.  Keys become texts.

    Raises:
        FunctionFailed: it is no YAML, or the package that reads it is absent.  The message has nothing of the text.
    """
    yaml = library()
    try:
        return _Reader(yaml, yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise FunctionFailed(f"yaml: {getattr(error, 'problem', None) or 'the text is unreadable'}{at}") from None
    except UnicodeError:
        raise FunctionFailed("yaml: the text isn't UTF-8") from None


def library() -> Any:
    """PyYAML.  Raises `FunctionFailed` if it is absent."""
    try:
        import yaml  # noqa: PLC0415 - an extra, which few templates need
    except ImportError:
        raise FunctionFailed("YAML needs the package PyYAML: install the extra `agent`") from None
    return yaml


class _Reader:
    def __init__(self, yaml: Any, events: Iterator[Any]) -> None:
        self._yaml = yaml
        self._events = events
        self._steps = Visits(_MOST_PARTS)
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        """Each with its value and how many parts that has; None while it is being read."""
        self._read = 0

    def document(self) -> Any:
        for event in self._events:
            if isinstance(event, self._yaml.DocumentStartEvent):
                value = self._value(next(self._events), 0)
                next(self._events)  # What follows the value is read too, so that a fault there is told.
                return value
        return None

    def _value(self, event: Any, depth: int) -> Any:
        self._count(depth)
        if isinstance(event, self._yaml.AliasEvent):
            return self._alias(event.anchor)
        before = self._read
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        value = self._without_anchor(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._read - before)
        return value

    def _without_anchor(self, event: Any, depth: int) -> Any:
        if isinstance(event, self._yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, self._yaml.MappingStartEvent):
            return self._map(depth)
        return [self._value(item, depth + 1) for item in self._until(self._yaml.SequenceEndEvent)]

    def _map(self, depth: int) -> OwnMap:
        result = OwnMap()
        for event in self._until(self._yaml.MappingEndEvent):
            merges = isinstance(event, self._yaml.ScalarEvent) and event.value == MERGE and event.implicit[0]
            key = MERGE if merges else self._value(event, depth + 1)
            value = self._value(next(self._events), depth + 1)
            if merges:
                _merge(result, value)
            elif isinstance(key, Mapping) or is_list(key):
                raise FunctionFailed("yaml: a map's key is a map or a list")
            else:
                result[shown(key)] = value
        return result

    def _alias(self, anchor: str) -> Any:
        if anchor not in self._anchors:
            raise FunctionFailed(f"yaml: unknown anchor '{anchor}' referenced")
        known = self._anchors[anchor]
        if known is None:
            raise FunctionFailed(f"yaml: anchor '{anchor}' value contains itself")
        for _ in range(known[1]):
            self._count(0)
        return known[0]

    def _until(self, end: type) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _count(self, depth: int) -> None:
        self._steps.take(depth)
        self._read += 1


def _merge(into: OwnMap, value: Any) -> None:
    """Set what a map, or each of a list of maps, has; the first of them weighs most."""
    for item in reversed(value) if is_list(value) else [value]:
        if not isinstance(item, Mapping):
            raise FunctionFailed("yaml: map merge requires map or sequence of maps as the value")
        into.update(item)


def _scalar(event: Any) -> Any:
    if event.tag is None or event.tag == "!":
        return resolved(event.value) if event.implicit[0] and event.tag is None else event.value
    kind = event.tag.removeprefix(_TAGS)
    if kind == "binary":
        try:
            return text_of(base64_decoded(event.value))
        except NotEncoded:
            raise FunctionFailed("yaml: !!binary value contains invalid base64 data") from None
    if kind not in _TYPES or kind == event.tag:
        return event.value
    value = resolved(event.value)
    if type(value) not in _TYPES[kind] and not (kind == "int" and isinstance(value, int) and type(value) is not bool):
        raise FunctionFailed(f"yaml: cannot decode a value as a !!{kind}")
    return float(value) if kind == "float" else value
