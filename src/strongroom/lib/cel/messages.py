"""Constructs values of declared types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.lib.cel.errors import CelError
from strongroom.lib.cel.steps import Steps
from strongroom.lib.cel.values import CelMap, Message, MessageType, Timestamp, Uint, type_of

_PLAIN = {"string": str, "bool": bool, "int": int, "uint": Uint, "bytes": bytes, "timestamp": Timestamp}
_LISTS = {"strings": str, "ints": int, "uints": Uint}


def construct(type_: MessageType, given: Mapping[str, Any], steps: Steps) -> Message:
    """A message.  Raises `CelError` for a value that a field doesn't take."""
    fields = {}
    for name, value in given.items():
        steps.use()
        kind = type_.fields[name]
        if value is None and kind not in _PLAIN and kind not in _LISTS and kind != "map":
            continue  # null leaves a message unset
        if not _fits(kind, value):
            raise CelError(f"unsupported field type for {type_.name}.{name}: {type_of(value)}")
        fields[name] = value
    return Message(type_, fields)


def _fits(kind: str, value: Any) -> bool:
    if kind in _PLAIN:
        return type(value) is _PLAIN[kind]
    if kind in _LISTS:
        return isinstance(value, list) and all(type(item) is _LISTS[kind] for item in value)
    if kind == "map":
        return isinstance(value, CelMap) and all(
            isinstance(key, str) and isinstance(item, str) for key, item in value.items()
        )
    if kind.endswith("[]"):
        return isinstance(value, list) and all(_fits(kind.removesuffix("[]"), item) for item in value)
    return isinstance(value, Message) and value.type.name == kind
