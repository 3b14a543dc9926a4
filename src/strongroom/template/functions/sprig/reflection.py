"""Types of values (p).

Source: https://masterminds.github.io/sprig/reflection.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.types import kind_of, same
from strongroom.template.types import type_name

_SIGNED = {"int", "int64"}
"""An integer here doesn't know which of them it was."""


def _type_is(name: str, value: Any) -> bool:
    return _is(name, type_name(value))


def _type_is_like(name: str, value: Any) -> bool:
    actual = type_name(value)
    return _is(name, actual) or f"*{name}" == actual


def _kind_is(name: str, value: Any) -> bool:
    return _is(name, kind_of(value))


def _is(name: str, actual: str) -> bool:
    return name == actual or (actual == "int" and name in _SIGNED)


_NAMED = (Kind.STRING, Kind.ANY)
FUNCTIONS: Mapping[str, Function] = {
    "deepEqual": Function(same, (Kind.ANY, Kind.ANY)),
    "kindIs": Function(_kind_is, _NAMED),
    "kindOf": Function(kind_of, (Kind.ANY,)),
    "typeIs": Function(_type_is, _NAMED),
    "typeIsLike": Function(_type_is_like, _NAMED),
    "typeOf": Function(type_name, (Kind.ANY,)),
}
