"""Fields that a device leaves out of its entries (pure).

Source: https://developer.hashicorp.com/vault/docs/enterprise/audit/exclusion
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from strongroom.lib import json
from strongroom.lib.bexpr.expressions import MISSING, Expression, Path
from strongroom.lib.bexpr.parser import parse, pointer
from strongroom.lib.errors import InvalidRequest

_MOST_BYTES: Final = 64 * 1024
_MOST: Final = 64
"""The most exclusions of a device, and the most fields of one."""


class Exclusion(msgspec.Struct, frozen=True):
    """Fields to leave out of entries of a kind."""

    condition: Expression | None
    """None for every entry."""
    fields: tuple[Path, ...]


def exclusions(text: str) -> tuple[Exclusion, ...]:
    """The exclusions of a device's option.

    Args:
        text: a JSON array of objects with `fields`, JSON pointers, and `condition`, an expression.

    Raises: `InvalidRequest`.
    """
    if not text:
        return ()
    if len(text) > _MOST_BYTES:
        raise InvalidRequest(f"exclude has {_MOST_BYTES} characters at most")
    try:
        found: Any = json.loads(text.encode())
    except InvalidRequest as error:
        raise InvalidRequest("exclude is no JSON array of objects") from error
    if not isinstance(found, list) or len(found) > _MOST:
        raise InvalidRequest(f"exclude is a JSON array of {_MOST} objects at most")
    return tuple(map(_exclusion, found))


def _exclusion(item: Any) -> Exclusion:
    if not isinstance(item, dict) or not item.keys() <= {"condition", "fields"}:
        raise InvalidRequest('each element of exclude is an object with "fields" and, if needed, "condition"')
    condition, fields = item.get("condition") or "", item.get("fields")
    if not isinstance(condition, str):
        raise InvalidRequest("a condition of exclude is a text")
    if not isinstance(fields, list) or not 0 < len(fields) <= _MOST or not all(isinstance(one, str) for one in fields):
        raise InvalidRequest(f"fields of exclude is a list of 1 to {_MOST} JSON pointers")
    return Exclusion(parse(condition) if condition.strip() else None, tuple(map(pointer, fields)))


def without(entry: bytes, rules: tuple[Exclusion, ...]) -> bytes:
    """An entry without what the rules leave out.

    Every condition is about the whole entry, whatever another rule leaves out of it.

    Args:
        entry: a JSON object.
    """
    whole: Any = json.loads(entry)

    def look(path: Path) -> Any:
        return _at(whole, path)

    applied = [rule for rule in rules if rule.condition is None or rule.condition.holds(look)]
    gone = {path for rule in applied for path in rule.fields}
    if not gone:
        return entry
    # Of a list, the last elements first, so that the others keep their places.
    for path in sorted(gone, key=lambda path: [_order(part) for part in path], reverse=True):
        _remove(whole, path)
    return json.dumps_unsorted(whole)


def _order(part: str) -> tuple[int, str]:
    return (int(part) if _is_index(part) else 0, part)


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 10 and (part == "0" or part[0] != "0")


def _at(value: Any, path: Path) -> Any:
    for part in path:
        if isinstance(value, dict):
            value = value.get(part, MISSING)
        elif isinstance(value, list) and _is_index(part) and int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value


def _remove(whole: Any, path: Path) -> None:
    within, last = _at(whole, path[:-1]), path[-1]
    if isinstance(within, dict):
        within.pop(last, None)
    elif isinstance(within, list) and _is_index(last) and int(last) < len(within):
        del within[int(last)]
