"""Maps: unfolding paths, merging, and the maps that a template may change (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#explodemap
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.formatting.quoting import quoted
from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import Visits
from strongroom.template.functions.go.types import is_empty
from strongroom.template.types import is_list


class OwnMap(dict[str, Any]):
    """A map that the template itself made.

    `sprig_set` and its kin change it, as templates expect.  Any other map belongs to somebody else, such as the agent
    that keeps a secret, and they change a copy of it.
    """

    __slots__ = ()


def own(value: Mapping[str, Any]) -> OwnMap:
    """The map itself if the template made it, or a copy that the template may change."""
    return value if isinstance(value, OwnMap) else OwnMap(value)


def put(into: OwnMap, key: str, value: Any) -> None:
    """Set a key.  Raises `FunctionFailed` if the map would contain itself, so that no walk over values is endless."""
    waiting, seen = [value], set[int]()
    while waiting:
        item = waiting.pop()
        if item is into:
            raise FunctionFailed("a map can't contain itself")
        if id(item) in seen or not (isinstance(item, Mapping) or is_list(item)):
            continue
        seen.add(id(item))
        waiting.extend(item.values() if isinstance(item, Mapping) else item)
    into[key] = value


def merged(destination: Mapping[str, Any], source: Mapping[str, Any], *, override: bool) -> OwnMap:
    """Give the destination what the source has besides.  Maps that both have are merged.

    Args:
        override: whether the source's values replace those that the destination has; else those that are empty alone.

    Raises:
        FunctionFailed: they are nested too deep or have too many parts, or the result would contain itself.

    Source: https://pkg.go.dev/dario.cat/mergo#Merge
    """
    return _merged(destination, source, Visits(), override=override, depth=0)


def _merged(
    destination: Mapping[str, Any], source: Mapping[str, Any], visits: Visits, *, override: bool, depth: int
) -> OwnMap:
    visits.take(depth)
    result = own(destination)
    if result is source:
        return result
    for key, new in source.items():
        old = result.get(key)
        if new is None:
            if override:
                result[key] = None
        elif isinstance(new, Mapping) and isinstance(old, Mapping) and (old or new):
            put(result, key, _merged(old, new, visits, override=override, depth=depth + 1))
        elif override or key not in result or is_empty(old):
            put(result, key, new)
    return result


def _explode_map(value: Mapping[str, Any]) -> OwnMap:
    result = OwnMap()
    made = {id(result)}
    for path in sorted(value):
        *parents, last = path.split("/")
        into = result
        for parent in parents:
            below = into.get(parent) if parent in into else OwnMap()
            if not isinstance(below, Mapping):
                raise FunctionFailed(f"explodeMap: not a map: {quoted(path)}: {quoted(parent)} already has a value")
            if id(below) not in made:
                into[parent] = below = OwnMap(below)
                made.add(id(below))
            into = own(below)
        if last:
            put(into, last, value[path])
    return result


def _merge_map(destination: Mapping[str, Any], source: Mapping[str, Any]) -> OwnMap:
    return merged(destination, source, override=False)


def _merge_map_with_override(destination: Mapping[str, Any], source: Mapping[str, Any]) -> OwnMap:
    return merged(destination, source, override=True)


FUNCTIONS: Mapping[str, Function] = {
    "explodeMap": Function(_explode_map, (Kind.MAP,)),
    "mergeMap": Function(_merge_map, (Kind.MAP, Kind.MAP)),
    "mergeMapWithOverride": Function(_merge_map_with_override, (Kind.MAP, Kind.MAP)),
}
