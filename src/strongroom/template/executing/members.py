"""Fields of values, by their names (p).

Source: https://pkg.go.dev/text/template#hdr-Arguments
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from strongroom.template.executing.held import NOTHING, Boxed, boxed_nil, static_type
from strongroom.template.executing.indexing import member, zero_of
from strongroom.template.executing.refusal import Refusal
from strongroom.template.formatting.quoting import quoted
from strongroom.template.types import is_map
from strongroom.template.values import NilPointer, Structure

MissingKey: TypeAlias = Literal["default", "zero", "error"]
"""What a field that a map lacks is: no value, the zero value of its elements, or an error."""


def holder(receiver: Any, name: str, missing_key: MissingKey) -> Any:
    """The value that has the fields; `NOTHING` has none and gives none.  Raises `Refusal`."""
    if receiver is NOTHING:
        if missing_key == "error":
            raise Refusal(f"nil data; no entry for key {quoted(name)}")
        return NOTHING
    value = receiver.value if type(receiver) is Boxed else receiver
    if value is None or isinstance(value, NilPointer):
        raise Refusal(f"nil pointer evaluating {static_type(receiver)}.{name}")
    return value


def field_of(value: Any, name: str, missing_key: MissingKey, *, static: str, has_arguments: bool) -> Any:
    """A field of a structure, or an element of a map.  Raises `Refusal`.

    Args:
        static: the name of the value's static type.
        has_arguments: which only methods may have.
    """
    if isinstance(value, Structure) and name in value.fields:
        if has_arguments:
            raise Refusal(f"{name} has arguments but cannot be invoked as function")
        found = getattr(value, value.fields[name])
        if found is None and name in value.pointers:
            return NilPointer(value.pointers[name])
        return boxed_nil(found)
    if not is_map(value):
        raise Refusal(f"can't evaluate field {name} in type {static}")
    if has_arguments:
        raise Refusal(f"{name} is not a method but has arguments")
    found = member(value, name)
    if found is NOTHING and missing_key == "error":
        raise Refusal(f"map has no entry for key {quoted(name)}")
    return zero_of(value) if found is NOTHING and missing_key == "zero" else found
