"""Functions: which there are, with how many arguments, and what they do.

Those of texts beyond the standard are the extension that the language's other implementations call `strings`.

Source: https://github.com/cel-expr/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions,
https://github.com/google/cel-go/blob/master/ext/README.md#strings
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from strongroom.lib.cel import conversions, times
from strongroom.lib.cel.errors import CelError, no_overload
from strongroom.lib.cel.operators import contained
from strongroom.lib.cel.patterns import matches
from strongroom.lib.cel.steps import Steps
from strongroom.lib.cel.values import CelMap, Type, type_of

Function = Callable[..., Any]
"""Takes the steps, the target if there is one, and the arguments."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{0,15}}", re.ASCII)


def _size(steps: Steps, value: Any) -> int:
    del steps
    if isinstance(value, str | bytes | list | CelMap):
        return len(value)
    raise no_overload()


def _texts(steps: Steps, *values: Any) -> None:
    for value in values:
        if not isinstance(value, str):
            raise no_overload()
        steps.use_text(len(value))


def _of_texts(function: Function) -> Function:
    """A function all of whose arguments are texts."""

    def checked(steps: Steps, *values: Any) -> Any:
        _texts(steps, *values)
        return function(*values)

    return checked


def _position(steps: Steps, text: str, at: Any, *, end: bool = True) -> int:
    """An index into a text.  Raises `CelError`."""
    _texts(steps, text)
    if type(at) is not int:
        raise no_overload()
    if not 0 <= at <= len(text) - (not end):
        raise CelError(f"index out of range: {at}")
    return at


def _char_at(steps: Steps, text: Any, at: Any) -> str:
    at = _position(steps, text, at)
    return str(text[at : at + 1])


def _index_of(steps: Steps, text: Any, part: Any, begin: Any = 0) -> int:
    _texts(steps, part)
    return int(text.find(part, _position(steps, text, begin)))


def _last_index_of(steps: Steps, text: Any, part: Any, begin: Any = None) -> int:
    _texts(steps, text, part)
    end = None if begin is None else _position(steps, text, begin) + len(part)
    return int(text.rfind(part, 0, end))


def _substring(steps: Steps, text: Any, begin: Any, end: Any = None) -> str:
    first = _position(steps, text, begin)
    last = len(text) if end is None else _position(steps, text, end)
    if first > last:
        raise CelError(f"invalid substring range. start: {first}, end: {last}")
    return str(text[first:last])


def _replace(steps: Steps, text: Any, old: Any, new: Any, most: Any = -1) -> str:
    _texts(steps, text, old, new)
    if type(most) is not int:
        raise no_overload()
    found = text.count(old) if most < 0 else min(text.count(old), most)
    steps.use_text(len(text) + found * max(0, len(new) - len(old)))
    return str(text.replace(old, new, most))


def _split(steps: Steps, text: Any, separator: Any, most: Any = -1) -> list[str]:
    _texts(steps, text, separator)
    if type(most) is not int:
        raise no_overload()
    if most == 0:
        return []
    steps.use_items(text.count(separator) + 1)
    if separator:
        return list(text.split(separator, most - 1 if most > 0 else -1))
    return list(text) if most < 0 or most >= len(text) else [*text[: most - 1], text[most - 1 :]]


def _join(steps: Steps, items: Any, separator: Any = "") -> str:
    if not isinstance(items, list):
        raise no_overload()
    steps.use_items(len(items))
    _texts(steps, separator, *items)
    steps.use_text(sum(map(len, items)) + len(separator) * len(items))
    return str(separator.join(items))


def _ascii(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(letter) if letter.isascii() else letter for letter in text)


def _sort(steps: Steps, items: Any) -> list[Any]:
    if not isinstance(items, list):
        raise no_overload()
    steps.use_items(len(items))
    steps.use(len(items) * 4)
    steps.use(sum(len(item) for item in items if isinstance(item, str | bytes)) // 64)
    kinds = {type(item) for item in items}
    if len(kinds) > 1 or not kinds <= {bool, int, float, str, bytes}:
        raise no_overload()
    return sorted(items)


def _distinct(steps: Steps, items: Any) -> list[Any]:
    if not isinstance(items, list):
        raise no_overload()
    kept: list[Any] = []
    for item in items:
        if not contained(item, kept, steps):
            kept.append(item)
    return kept


def _all_in(steps: Steps, items: Any, others: Any) -> bool:
    """Whether the second list's items are all in the first."""
    if not isinstance(items, list) or not isinstance(others, list):
        raise no_overload()
    return all(contained(other, items, steps) for other in others)


def _intersects(steps: Steps, items: Any, others: Any) -> bool:
    if not isinstance(items, list) or not isinstance(others, list):
        raise no_overload()
    return any(contained(other, items, steps) for other in others)


def _equivalent(steps: Steps, items: Any, others: Any) -> bool:
    return _all_in(steps, items, others) and _all_in(steps, others, items)


def _is_email(steps: Steps, text: Any) -> bool:
    """Whether a text, or each text of a list, has the form of an e-mail address.

    Source: https://openbao.org/docs/secrets/pki/cel
    """
    if isinstance(text, list):
        return all(_is_email(steps, each) for each in text)
    steps.use()
    return isinstance(text, str) and _EMAIL.fullmatch(text) is not None


def _plain(function: Callable[[Any], Any]) -> Function:
    def converted(steps: Steps, value: Any) -> Any:
        if isinstance(value, str | bytes):
            steps.use_text(len(value))
        return function(value)

    return converted


def _part(steps: Steps, value: Any, *zone: Any, name: str) -> int:
    # The first use of a time zone may read files.
    steps.use(300 if zone and steps.is_new("zone", str(zone[0])) else 10)
    return times.part(name, value, *zone)


GLOBAL: Mapping[tuple[str, int], Function] = {
    ("size", 1): _size,
    ("matches", 2): matches,
    ("type", 1): lambda _, value: Type(type_of(value)),
    ("dyn", 1): lambda _, value: value,
    ("int", 1): _plain(conversions.to_int),
    ("uint", 1): _plain(conversions.to_uint),
    ("double", 1): _plain(conversions.to_double),
    ("string", 1): _plain(conversions.to_string),
    ("bool", 1): _plain(conversions.to_bool),
    ("bytes", 1): _plain(conversions.to_bytes),
    ("timestamp", 1): _plain(conversions.to_timestamp),
    ("duration", 1): _plain(conversions.to_duration),
    ("check_valid_email", 1): _is_email,
    ("sets.contains", 2): _all_in,
    ("sets.equivalent", 2): _equivalent,
    ("sets.intersects", 2): _intersects,
}
"""By name and number of arguments."""

MEMBER: Mapping[tuple[str, int], Function] = {
    ("size", 0): _size,
    ("startsWith", 1): _of_texts(str.startswith),
    ("endsWith", 1): _of_texts(str.endswith),
    ("contains", 1): _of_texts(lambda text, part: part in text),
    ("matches", 1): matches,
    ("charAt", 1): _char_at,
    ("indexOf", 1): _index_of,
    ("indexOf", 2): _index_of,
    ("join", 0): _join,
    ("join", 1): _join,
    ("lastIndexOf", 1): _last_index_of,
    ("lastIndexOf", 2): _last_index_of,
    ("lowerAscii", 0): _of_texts(lambda text: _ascii(text, str.lower)),
    ("upperAscii", 0): _of_texts(lambda text: _ascii(text, str.upper)),
    ("replace", 2): _replace,
    ("replace", 3): _replace,
    ("reverse", 0): _of_texts(lambda text: text[::-1]),
    ("split", 1): _split,
    ("split", 2): _split,
    ("substring", 1): _substring,
    ("substring", 2): _substring,
    ("trim", 0): _of_texts(str.strip),
    ("sort", 0): _sort,
    ("distinct", 0): _distinct,
    **{(name, count): partial(_part, name=name) for name in times.PARTS for count in (0, 1)},
}
"""By name and number of arguments behind the target."""

NAMES = frozenset(name for name, _ in (*GLOBAL, *MEMBER))
