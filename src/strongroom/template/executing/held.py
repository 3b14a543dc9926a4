"""Values as an execution holds them: what Go's reflection knows of a value besides the value.

A field that a map lacks is `NOTHING`.  An element of a list or map is `Boxed`: its static type is `interface {}`, which
error texts tell, and nil is an element like others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from strongroom.template.types import ANY_TYPE, type_name


class Lack(Enum):
    """No value."""

    NOTHING = "what isn't there"
    ABSENT = "a command has no value from the one before"


NOTHING: Final = Lack.NOTHING
ABSENT: Final = Lack.ABSENT


@dataclass(frozen=True, slots=True)
class Boxed:
    """A value whose static type is `interface {}`."""

    value: Any


def held(value: Any) -> Any:
    """A value as it comes into an execution."""
    return NOTHING if value is None else value


def boxed_nil(value: Any) -> Any:
    """What a function or field gives: None is a nil of the type `interface {}`."""
    return Boxed(None) if value is None else value


def opened(value: Any) -> Any:
    """What a box holds; any other value itself."""
    if type(value) is Boxed:
        return held(value.value)
    return value


def plain(value: Any) -> Any:
    """The value for functions that know nothing of boxes."""
    if type(value) is Boxed:
        return value.value
    return None if value is NOTHING else value


def static_type(value: Any) -> str:
    """The name of a value's static type."""
    return ANY_TYPE if type(value) is Boxed else type_name(value)
