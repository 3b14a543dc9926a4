"""Texts: parts, trimming, padding, quoting (p).

Source: https://masterminds.github.io/sprig/strings.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.formatting.quoting import quoted
from strongroom.template.function import Function, Kind
from strongroom.template.functions import text as plain
from strongroom.template.functions.bounds import check_bytes
from strongroom.template.functions.go import texts
from strongroom.template.functions.go.printing import shown
from strongroom.template.functions.sprig import conversions
from strongroom.template.values import data_of, text_of, whole

_MARK = b"..."


def _abbrev(width: int, text: str) -> str:
    return text if width < 4 else text_of(_abbreviated(data_of(text), 0, width))


def _abbrev_both(left: int, right: int, text: str) -> str:
    if right < 4 or (left > 0 and right < 7):
        return text
    return text_of(_abbreviated(data_of(text), max(left, 0), right))


def _abbreviated(data: bytes, offset: int, width: int) -> bytes:
    """So many bytes at most, with dots for what is left out, from about an offset on."""
    size = len(data)
    if size <= width:
        return data
    room = width - len(_MARK)
    offset = min(offset, size - room)
    if offset <= 4:
        return data[:room] + _MARK
    if offset + room < size:
        return _MARK + _abbreviated(data[offset:], 0, room)
    return _MARK + data[size - room :]


def _trunc(count: int, text: str) -> str:
    data = data_of(text)
    if count >= 0:
        return text_of(data[:count])
    return text_of(data[count:]) if len(data) + count > 0 else text


def _substr(start: int, end: int, text: str) -> str:
    data = data_of(text)
    first = max(start, 0)
    last = len(data) if start >= 0 and (end < 0 or end > len(data)) else end
    if not first <= last <= len(data):
        raise FunctionFailed("slice bounds out of range")
    return text_of(data[first:last])


def _repeat(count: int, text: str) -> str:
    if count < 0:
        raise FunctionFailed("strings: negative Repeat count")
    check_bytes(count * len(text))
    return whole(text * count)


def _trim_all(characters: str, text: str) -> str:
    return text.strip(characters)


def _trim_prefix(prefix: str, text: str) -> str:
    return text.removeprefix(prefix)


def _trim_suffix(suffix: str, text: str) -> str:
    return text.removesuffix(suffix)


def _nospace(text: str) -> str:
    return "".join(texts.fields(text))


def _initials(text: str) -> str:
    return "".join(word[0] for word in texts.fields(text))


def _contains(part: str, text: str) -> bool:
    return part in text


def _has_prefix(prefix: str, text: str) -> bool:
    return text.startswith(prefix)


def _has_suffix(suffix: str, text: str) -> bool:
    return text.endswith(suffix)


def _quote(*values: Any) -> str:
    return plain.joined(" ", [quoted(conversions.text(value)) for value in values if value is not None])


def _squote(*values: Any) -> str:
    return plain.joined(" ", [f"'{shown(value)}'" for value in values if value is not None])


def _cat(*values: Any) -> str:
    return plain.joined(" ", [shown(value) for value in values if value is not None])


def _indent(spaces: int, text: str) -> str:
    if spaces < 0:
        raise FunctionFailed("strings: negative Repeat count")
    check_bytes(len(text) + spaces * (text.count("\n") + 1))
    pad = " " * spaces
    return pad + text.replace("\n", "\n" + pad)


def _nindent(spaces: int, text: str) -> str:
    return "\n" + _indent(spaces, text)


def _plural(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def _hello() -> str:
    return "Hello!"


_TEXT, _TEXTS, _COUNT = (Kind.STRING,), (Kind.STRING, Kind.STRING), (Kind.INT, Kind.STRING)
FUNCTIONS: Mapping[str, Function] = {
    "abbrev": Function(_abbrev, _COUNT),
    "abbrevboth": Function(_abbrev_both, (Kind.INT, Kind.INT, Kind.STRING)),
    "cat": Function(_cat, rest=Kind.ANY),
    "contains": Function(_contains, _TEXTS),
    "hasPrefix": Function(_has_prefix, _TEXTS),
    "hasSuffix": Function(_has_suffix, _TEXTS),
    "hello": Function(_hello),
    "indent": Function(_indent, _COUNT),
    "initials": Function(_initials, _TEXT),
    "nindent": Function(_nindent, _COUNT),
    "nospace": Function(_nospace, _TEXT),
    "plural": Function(_plural, (Kind.STRING, Kind.STRING, Kind.INT)),
    "quote": Function(_quote, rest=Kind.ANY),
    "repeat": Function(_repeat, _COUNT),
    "replace": Function(plain.replaced, (Kind.STRING, Kind.STRING, Kind.STRING)),
    "squote": Function(_squote, rest=Kind.ANY),
    "substr": Function(_substr, (Kind.INT, Kind.INT, Kind.STRING)),
    "trim": Function(texts.trim_space, _TEXT),
    "trimAll": Function(_trim_all, _TEXTS),
    "trimall": Function(_trim_all, _TEXTS),
    "trimPrefix": Function(_trim_prefix, _TEXTS),
    "trimSuffix": Function(_trim_suffix, _TEXTS),
    "trunc": Function(_trunc, _COUNT),
}
