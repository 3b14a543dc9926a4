"""Texts: case, trimming, splitting, joining, replacing (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#join
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import check_bytes
from strongroom.template.functions.go import texts
from strongroom.template.values import TextMap, whole

_BEGINNING_OF_LINE = re.compile(r"(?m)^(?=[^\n])")


def joined(separator: str, parts: Sequence[str]) -> str:
    """The parts with the separator between them.  Raises `FunctionFailed` if that is too long."""
    check_bytes(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return whole(separator.join(parts))


def replaced(old: str, new: str, text: str) -> str:
    """The text with all that is `old` replaced.  Raises `FunctionFailed` if that is too long."""
    if len(new) > len(old):
        check_bytes(len(text) + text.count(old) * (len(new) - len(old)))
    return whole(text.replace(old, new))


def _split(separator: str, text: str) -> list[str]:
    trimmed = texts.trim_space(text)
    return texts.split(trimmed, separator) if trimmed else []


def _split_to_map(between: str, within: str, text: str) -> TextMap:
    parts = [part.partition(within) if within else ("", "x", part) for part in _split(between, text)]
    return TextMap((key, value) for key, found, value in parts if found)


def _indent(spaces: int, text: str) -> str:
    if spaces < 0:
        raise FunctionFailed("indent value must be a positive integer")
    check_bytes(len(text) + spaces * (text.count("\n") + 1))
    return _BEGINNING_OF_LINE.sub(" " * spaces, text)


def _trim(characters: str, text: str) -> str:
    return text.strip(characters)


def _trim_prefix(prefix: str, text: str) -> str:
    return text.removeprefix(prefix)


def _trim_suffix(suffix: str, text: str) -> str:
    return text.removesuffix(suffix)


_TEXT = (Kind.STRING,)
_TEXTS = (Kind.STRING, Kind.STRING)
FUNCTIONS: Mapping[str, Function] = {
    "indent": Function(_indent, (Kind.INT, Kind.STRING)),
    "join": Function(joined, (Kind.STRING, Kind.STRINGS)),
    "replaceAll": Function(replaced, (Kind.STRING, Kind.STRING, Kind.STRING)),
    "split": Function(_split, _TEXTS),
    "splitToMap": Function(_split_to_map, (Kind.STRING, Kind.STRING, Kind.STRING)),
    "toLower": Function(texts.lower, _TEXT),
    "toTitle": Function(texts.title, _TEXT),
    "toUpper": Function(texts.upper, _TEXT),
    "trim": Function(_trim, _TEXTS),
    "trimPrefix": Function(_trim_prefix, _TEXTS),
    "trimSpace": Function(texts.trim_space, _TEXT),
    "trimSuffix": Function(_trim_suffix, _TEXTS),
}
