"""`scratch`: what one execution of a template notes for itself.

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#scratch
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from strongroom.template.errors import FunctionFailed
from strongroom.template.formatting.quoting import quoted
from strongroom.template.function import Function
from strongroom.template.functions.maps import OwnMap, put
from strongroom.template.values import Structure


class Scratch(Structure):
    """Values by name, for as long as one execution goes on."""

    go_type: ClassVar[str] = "*template.Scratch"
    methods: ClassVar[Mapping[str, str]] = {
        "Key": "has",
        "Get": "value_of",
        "Set": "put",
        "SetX": "put_absent",
        "MapSet": "put_in_map",
        "MapSetX": "put_absent_in_map",
        "MapValues": "values_of_map",
    }

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def has(self, key: str) -> bool:
        """Whether there is a value."""
        return key in self._values

    def value_of(self, key: str) -> Any:
        """The value; None if there is none."""
        return self._values.get(key)

    def put(self, key: str, value: Any) -> str:
        """Set a value.  The empty text is what the template shows."""
        self._values[key] = value
        return ""

    def put_absent(self, key: str, value: Any) -> str:
        """Set a value if there is none."""
        self._values.setdefault(key, value)
        return ""

    def put_in_map(self, key: str, within: str, value: Any) -> str:
        """Set a value in the map that is the key's value.  Raises `FunctionFailed` if that isn't a map."""
        put(self._map(key), within, value)
        return ""

    def put_absent_in_map(self, key: str, within: str, value: Any) -> str:
        """Set a value in the map unless it has one.  Raises `FunctionFailed` if there is something else."""
        into = self._map(key)
        if within not in into:
            put(into, within, value)
        return ""

    def values_of_map(self, key: str) -> list[Any]:
        """The map's values in the order of its keys; none if there is no map."""
        value = self._values.get(key)
        return [value[name] for name in sorted(value)] if isinstance(value, Mapping) else []

    def _map(self, key: str) -> OwnMap:
        value = self._values.setdefault(key, OwnMap())
        if not isinstance(value, Mapping):
            raise FunctionFailed(f"{quoted(key)} is not a map")
        if not isinstance(value, OwnMap):
            value = self._values[key] = OwnMap(value)
        return value


def functions() -> Mapping[str, Function]:
    """`scratch` for one execution."""
    scratch = Scratch()
    return {"scratch": Function(lambda: scratch)}
