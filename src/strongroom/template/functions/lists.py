"""Lists: what they contain, and numbers to count through (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#contains
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import check_items
from strongroom.template.functions.go.numbers import NotANumber, parse_int, wrapped
from strongroom.template.types import is_list, type_name

_COMPARED = {"int", "float64", "string", "json.Number"}


def contains(value: Any, within: Any) -> bool:
    """Whether a list has the value, or a text has it as a part.  Only texts and numbers are ever found."""
    if is_list(within):
        kind = type_name(value)
        return kind in _COMPARED and any(type_name(item) == kind and item == value for item in within)
    return isinstance(within, str) and type(value) is type(within) and value in within


def _in(within: Any, value: Any) -> bool:
    return contains(value, within)


def _contains_all(values: Sequence[Any], within: Any) -> bool:
    return all(contains(value, within) for value in values)


def _contains_any(values: Sequence[Any], within: Any) -> bool:
    return any(contains(value, within) for value in values)


def _negated(function: Callable[[Sequence[Any], Any], bool]) -> Callable[[Sequence[Any], Any], bool]:
    return lambda values, within: not function(values, within)


def _loop(*bounds: Any) -> list[int]:
    if len(bounds) not in {1, 2}:
        raise FunctionFailed(f"loop: wrong number of arguments, expected 1 or 2, but got {len(bounds)}")
    start, stop = map(_bound, (0, *bounds)[-2:])
    check_items(stop - start)
    return list(range(start, stop))


def _bound(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return wrapped(value)
    if not isinstance(value, str):
        raise FunctionFailed(f"loop: bad argument type: {type_name(value)}")
    try:
        return parse_int(value) if value else 0
    except NotANumber as error:
        raise FunctionFailed(f"parseInt: strconv.ParseInt: {error}") from None


_LIST_AND_ANY = (Kind.LIST, Kind.ANY)
FUNCTIONS: Mapping[str, Function] = {
    "contains": Function(contains, (Kind.ANY, Kind.ANY)),
    "containsAll": Function(_contains_all, _LIST_AND_ANY),
    "containsAny": Function(_contains_any, _LIST_AND_ANY),
    "containsNone": Function(_negated(_contains_any), _LIST_AND_ANY),
    "containsNotAll": Function(_negated(_contains_all), _LIST_AND_ANY),
    "in": Function(_in, (Kind.ANY, Kind.ANY)),
    "loop": Function(_loop, rest=Kind.ANY),
}
