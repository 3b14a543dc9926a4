"""Values of Go's types in JSON: `{"$type": "bytes", "value": "text"}`; a plain number without fraction is an `int`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from strongroom.template.types import Byte
from strongroom.template.values import NilPointer, Number, Structure, TextMap, Unsigned

VECTORS = Path(__file__).parents[2] / "vectors" / "template"


class Secret(Structure):
    """As the oracle's structure of this name."""

    go_type: ClassVar[str] = "*main.Secret"
    fields: ClassVar[Mapping[str, str]] = {
        "LeaseID": "lease_id",
        "Duration": "duration",
        "Renewable": "renewable",
        "Data": "data",
        "Warnings": "warnings",
        "Auth": "auth",
    }

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.lease_id = "lease"
        self.duration = 60
        self.renewable = True
        self.data = data
        self.warnings = ["w"]
        self.auth = NilPointer("*main.Inner")


class Scratch(Structure):
    """As the oracle's structure of this name."""

    go_type: ClassVar[str] = "*main.Scratch"
    methods: ClassVar[Mapping[str, str]] = {"Get": "value_of", "Set": "put"}

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def value_of(self, key: str) -> Any:
        """The value under a key."""
        return self._values.get(key)

    def put(self, key: str, value: Any) -> str:
        """Keep a value."""
        self._values[key] = value
        return ""


MAKERS: Mapping[str, Callable[[Any], Any]] = {
    "int": int,
    "int64": int,
    "uint64": Unsigned,
    "uint8": Byte,
    "float64": float,
    "number": Number,
    "bytes": lambda text: text.encode(),
    "bad": lambda _: "\udcffa\udcc3",
    "strings": list,
    "stringmap": TextMap,
    "time": datetime.fromisoformat,
    "secret": lambda data: Secret(typed(data)),
    "scratch": lambda _: Scratch(),
}


def typed(value: Any) -> Any:
    """The value that some JSON stands for."""
    if isinstance(value, dict):
        if "$type" in value:
            return MAKERS[value["$type"]](value["value"])
        return {key: typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [typed(each) for each in value]
    return value


def vectors(name: str) -> list[dict[str, Any]]:
    """The cases of a file."""
    cases: list[dict[str, Any]] = json.loads((VECTORS / name).read_text())
    return cases
