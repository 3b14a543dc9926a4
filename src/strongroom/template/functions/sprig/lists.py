"""Lists.  A function gives a new list and leaves the one that it was given (p).

Source: https://masterminds.github.io/sprig/lists.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import check_items
from strongroom.template.functions.go.types import is_empty, kind_of, same
from strongroom.template.functions.sprig.conversions import integer
from strongroom.template.types import Byte, is_list, type_name

_PLAIN = (str, int, float, bytes, type(None))
_MOST_COMPARISONS = 100_000


class _Values:
    """Different values.  Those with parts are compared one by one, the others looked up."""

    def __init__(self) -> None:
        self._plain: set[tuple[str, Any]] = set()
        self._others: list[Any] = []
        self._comparisons = 0

    def add(self, value: Any) -> bool:
        """Take a value in.  Tells whether it is new."""
        if self.has(value):
            return False
        if isinstance(value, _PLAIN):
            self._plain.add((type_name(value), value))
        else:
            self._others.append(value)
        return True

    def has(self, value: Any) -> bool:
        """Whether the value is one of these.  Raises `FunctionFailed` after too many comparisons."""
        if isinstance(value, _PLAIN):  # what is no number isn't even itself
            return value == value and (type_name(value), value) in self._plain  # noqa: PLR0124
        self._comparisons += len(self._others)
        if self._comparisons > _MOST_COMPARISONS:
            raise FunctionFailed(f"the list takes more than {_MOST_COMPARISONS} comparisons")
        return any(same(value, other) for other in self._others)


def _items(value: Any, doing: str) -> Sequence[Any]:
    """The list's items.  Raises `FunctionFailed`, with what was to be done, for anything else."""
    if isinstance(value, bytes):
        return [*map(Byte, value)]
    if is_list(value):
        items: Sequence[Any] = value
        return items
    raise FunctionFailed(f"Cannot {doing} type {kind_of(value)}")


def _list(*values: Any) -> list[Any]:
    return list(values)


def _append(value: Any, item: Any) -> list[Any]:
    items = _items(value, "push on")
    check_items(len(items) + 1)
    return [*items, item]


def _prepend(value: Any, item: Any) -> list[Any]:
    items = _items(value, "prepend on")
    check_items(len(items) + 1)
    return [item, *items]


def _concat(*values: Any) -> list[Any]:
    lists = [_items(value, "concat as list") for value in values]
    check_items(sum(map(len, lists)))
    return [item for items in lists for item in items]


def _first(value: Any) -> Any:
    return next(iter(_items(value, "find first on")), None)


def _last(value: Any) -> Any:
    return next(reversed(_items(value, "find last on")), None)


def _rest(value: Any) -> list[Any]:
    return list(_items(value, "find rest on")[1:])


def _initial(value: Any) -> list[Any]:
    return list(_items(value, "find initial on")[:-1])


def _reverse(value: Any) -> list[Any]:
    return list(reversed(_items(value, "find reverse on")))


def _compact(value: Any) -> list[Any]:
    return [item for item in _items(value, "compact on") if not is_empty(item)]


def _uniq(value: Any) -> list[Any]:
    seen = _Values()
    return [item for item in _items(value, "find uniq on") if seen.add(item)]


def _without(value: Any, *omitted: Any) -> list[Any]:
    values = _Values()
    for item in omitted:
        values.add(item)
    return [item for item in _items(value, "find without on") if not values.has(item)]


def _has(value: Any, within: Any) -> bool:
    return within is not None and any(same(value, item) for item in _items(within, "find has on"))


def _slice(value: Any, *bounds: Any) -> Any:
    """A part of the list, from an index and up to another one; nil of an empty list."""
    items = _items(value, "slice")
    if not items:
        return None
    start = integer(bounds[0]) if bounds else 0
    end = integer(bounds[1]) if len(bounds) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        raise FunctionFailed("slice bounds out of range")
    return items[start:end]


def _chunk(size: int, value: Any) -> list[Any]:
    items = _items(value, "chunk")
    if size < 1:
        raise FunctionFailed("the size of a chunk is less than 1")
    return [list(items[at : at + size]) for at in range(0, len(items), size)]


_ONE, _TWO, _SIZED = (Kind.ANY,), (Kind.ANY, Kind.ANY), (Kind.INT, Kind.ANY)
_NAMED = {
    "append": Function(_append, _TWO),
    "chunk": Function(_chunk, _SIZED),
    "compact": Function(_compact, _ONE),
    "first": Function(_first, _ONE),
    "has": Function(_has, _TWO),
    "initial": Function(_initial, _ONE),
    "last": Function(_last, _ONE),
    "prepend": Function(_prepend, _TWO),
    "push": Function(_append, _TWO),
    "rest": Function(_rest, _ONE),
    "reverse": Function(_reverse, _ONE),
    "slice": Function(_slice, _ONE, rest=Kind.ANY),
    "uniq": Function(_uniq, _ONE),
    "without": Function(_without, _ONE, rest=Kind.ANY),
}
FUNCTIONS: Mapping[str, Function] = {
    **_NAMED,
    # Those without `must` panic, which ends the execution just as well.
    **{f"must{name[0].upper()}{name[1:]}": function for name, function in _NAMED.items()},
    "concat": Function(_concat, rest=Kind.ANY),
    "list": Function(_list, rest=Kind.ANY),
    "tuple": Function(_list, rest=Kind.ANY),
}
