"""The methods that templates call on values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final

from strongroom.template.function import Function, Kind
from strongroom.template.types import type_name
from strongroom.template.values import NamedInteger, Number, Structure

_KINDS: Final[Mapping[str, Kind]] = {
    "str": Kind.STRING,
    "int": Kind.INT,
    "float": Kind.FLOAT,
    "bool": Kind.BOOL,
    "bytes": Kind.BYTES,
    "datetime": Kind.TIME,
}
"""By annotations; what isn't among them takes any value."""


def method_of(value: Any, name: str, functions: Mapping[str, Function]) -> Function | None:
    """The method of a value; None if it has none of this name.

    Args:
        functions: has the methods of times and numbers, as `time.Time.Format`.
    """
    if isinstance(value, Structure):
        return _of_structure(value, name)
    if not isinstance(value, (datetime, Number, NamedInteger)):
        return None
    method = functions.get(f"{type_name(value)}.{name}")
    if method is None:
        return None
    return Function(partial(method.call, value), method.takes[1:], method.rest)


def _of_structure(value: Structure, name: str) -> Function | None:
    attribute = value.methods.get(name)
    if attribute is None:
        return None
    takes, rest = _parameters(getattr(type(value), attribute))
    return Function(getattr(value, attribute), takes, rest)


@lru_cache(maxsize=1024)
def _parameters(method: Callable[..., Any]) -> tuple[tuple[Kind, ...], Kind | None]:
    """What a method takes besides its object: parameters one by one, and the type of all further ones."""
    _, *parameters = inspect.signature(method).parameters.values()
    kinds = {each: _KINDS.get(_annotation(each), Kind.ANY) for each in parameters}
    rest = next((kinds[each] for each in parameters if each.kind is inspect.Parameter.VAR_POSITIONAL), None)
    return tuple(kinds[each] for each in parameters if each.kind is not inspect.Parameter.VAR_POSITIONAL), rest


def _annotation(parameter: inspect.Parameter) -> str:
    annotation = parameter.annotation
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
