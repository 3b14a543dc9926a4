"""Values in place of empty ones (p).

Source: https://masterminds.github.io/sprig/defaults.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.types import is_empty


def _default(default: Any, *given: Any) -> Any:
    return default if not given or is_empty(given[0]) else given[0]


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if not is_empty(value)), None)


def _all(*values: Any) -> bool:
    return not any(map(is_empty, values))


def _any(*values: Any) -> bool:
    return not all(map(is_empty, values))


def _ternary(if_true: Any, if_false: Any, test: bool) -> Any:
    return if_true if test else if_false


FUNCTIONS: Mapping[str, Function] = {
    "all": Function(_all, rest=Kind.ANY),
    "any": Function(_any, rest=Kind.ANY),
    "coalesce": Function(_coalesce, rest=Kind.ANY),
    "default": Function(_default, (Kind.ANY,), rest=Kind.ANY),
    "empty": Function(is_empty, (Kind.ANY,)),
    "ternary": Function(_ternary, (Kind.ANY, Kind.ANY, Kind.BOOL)),
}
