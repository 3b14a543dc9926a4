"""What `range` goes through (p).

Source: https://pkg.go.dev/text/template#hdr-Actions
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from strongroom.template.budget import Budget
from strongroom.template.executing.held import NOTHING, Boxed, plain
from strongroom.template.executing.refusal import Refusal
from strongroom.template.formatting.values import sorted_keys
from strongroom.template.types import Byte, is_integer, is_list, is_map, type_name
from strongroom.template.values import TextMap, Unsigned

_PAIR = 2


def elements_of(value: Any, variables: int, budget: Budget) -> Iterator[tuple[Any, Any]]:
    """The elements of a value, each with its index or key, in Go's order.

    The error texts tell types, where Go's tell values: those may be secrets.

    Args:
        value: a list, a map, a number that is counted to, or nothing.
        variables: how many get values each time.

    Raises: `Refusal` for other values, and `Exhausted` for a map that is too large.
    """
    value = plain(value)
    if value is None:
        return iter(())
    if is_integer(value):
        if variables >= _PAIR:
            raise Refusal(f"can't use a value of type {type_name(value)} to iterate over more than one variable")
        kind = Unsigned if isinstance(value, Unsigned) else int
        return ((NOTHING, kind(each)) for each in range(value))
    if is_map(value):
        # The body may change the map: it goes through what is there now.
        items = [(key, value[key]) for key in sorted_keys(value, budget)]
        if isinstance(value, TextMap):
            return iter(items)
        return ((key, Boxed(element)) for key, element in items)
    if isinstance(value, bytes):
        return ((number, Byte(element)) for number, element in enumerate(value))
    if is_list(value):
        return ((number, Boxed(element)) for number, element in enumerate(value))
    raise Refusal(f"range can't iterate over a value of type {type_name(value)}")
