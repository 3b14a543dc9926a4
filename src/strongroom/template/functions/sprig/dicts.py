"""Maps (p).

Source: https://masterminds.github.io/sprig/dicts.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import Visits
from strongroom.template.functions.maps import OwnMap, merged, own, put
from strongroom.template.functions.sprig.conversions import text
from strongroom.template.types import is_list, type_name


def _dict(*items: Any) -> OwnMap:
    """A map of keys and values in turn; a last key without one gets the empty text."""
    result = OwnMap()
    for key, value in zip(items[::2], [*items[1::2], ""], strict=False):
        put(result, text(key), value)
    return result


def _get(value: Mapping[str, Any], key: str) -> Any:
    return value.get(key, "")


def _set(value: Mapping[str, Any], key: str, item: Any) -> OwnMap:
    result = own(value)
    put(result, key, item)
    return result


def _unset(value: Mapping[str, Any], key: str) -> OwnMap:
    result = own(value)
    result.pop(key, None)
    return result


def _has_key(value: Mapping[str, Any], key: str) -> bool:
    return key in value


def _pluck(key: str, *values: Mapping[str, Any]) -> list[Any]:
    return [value[key] for value in values if key in value]


def _keys(*values: Mapping[str, Any]) -> list[str]:
    return [key for value in values for key in sorted(value)]


def _values(value: Mapping[str, Any]) -> list[Any]:
    return [value[key] for key in sorted(value)]


def _pick(value: Mapping[str, Any], *keys: str) -> OwnMap:
    return OwnMap((key, value[key]) for key in keys if key in value)


def _omit(value: Mapping[str, Any], *keys: str) -> OwnMap:
    return OwnMap((key, item) for key, item in value.items() if key not in keys)


def _merge(into: Mapping[str, Any], *sources: Mapping[str, Any], override: bool) -> OwnMap:
    result = own(into)
    for source in sources:
        merged(result, source, override=override)
    return result


def _dig(*path: Any) -> Any:
    """The value at keys within maps within each other: keys, what is given if one is missing, and the map."""
    if len(path) < 3:
        raise FunctionFailed("dig needs at least three arguments")
    *keys, default, value = path
    for key in keys:
        if not isinstance(value, Mapping) or not isinstance(key, str):
            raise FunctionFailed(f"dig: {type_name(value)} is no map, or {type_name(key)} no key")
        if key not in value:
            return default
        value = value[key]
    return value


def _deep_copy(value: Any) -> Any:
    return _copied(value, Visits(), 0)


def _copied(value: Any, steps: Visits, depth: int) -> Any:
    steps.take(depth)
    if isinstance(value, Mapping):
        return OwnMap((key, _copied(item, steps, depth + 1)) for key, item in value.items())
    return [_copied(item, steps, depth + 1) for item in value] if is_list(value) else value


_KEYED = (Kind.MAP, Kind.STRING)
_merge_function = Function(partial(_merge, override=False), (Kind.MAP,), rest=Kind.MAP)
_merge_overwrite = Function(partial(_merge, override=True), (Kind.MAP,), rest=Kind.MAP)
FUNCTIONS: Mapping[str, Function] = {
    "deepCopy": Function(_deep_copy, (Kind.ANY,)),
    "dict": Function(_dict, rest=Kind.ANY),
    "dig": Function(_dig, rest=Kind.ANY),
    "get": Function(_get, _KEYED),
    "hasKey": Function(_has_key, _KEYED),
    "keys": Function(_keys, rest=Kind.MAP),
    "merge": _merge_function,
    "mergeOverwrite": _merge_overwrite,
    "mustDeepCopy": Function(_deep_copy, (Kind.ANY,)),
    "mustMerge": _merge_function,
    "mustMergeOverwrite": _merge_overwrite,
    "omit": Function(_omit, (Kind.MAP,), rest=Kind.STRING),
    "pick": Function(_pick, (Kind.MAP,), rest=Kind.STRING),
    "pluck": Function(_pluck, (Kind.STRING,), rest=Kind.MAP),
    "set": Function(_set, (*_KEYED, Kind.ANY)),
    "unset": Function(_unset, _KEYED),
    "values": Function(_values, (Kind.MAP,)),
}
