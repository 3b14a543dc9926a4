"""Splitting into lists of texts, joining and sorting them (p).

Source: https://masterminds.github.io/sprig/string_slice.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.template.function import Function, Kind
from strongroom.template.functions import text
from strongroom.template.functions.go.texts import split
from strongroom.template.functions.sprig.conversions import texts
from strongroom.template.values import TextMap, data_of


def _join(separator: str, value: Any) -> str:
    return text.joined(separator, texts(value))


def _sort_alpha(value: Any) -> list[str]:
    return ["<nil>"] if value is None else sorted(texts(value), key=data_of)


def _split_list(separator: str, joined: str) -> list[str]:
    return split(joined, separator)


def _split(separator: str, joined: str) -> TextMap:
    return _numbered(split(joined, separator))


def _splitn(separator: str, most: int, joined: str) -> TextMap:
    return _numbered(split(joined, separator, most))


def _numbered(parts: list[str]) -> TextMap:
    return TextMap((f"_{number}", part) for number, part in enumerate(parts))


FUNCTIONS: Mapping[str, Function] = {
    "join": Function(_join, (Kind.STRING, Kind.ANY)),
    "sortAlpha": Function(_sort_alpha, (Kind.ANY,)),
    "split": Function(_split, (Kind.STRING, Kind.STRING)),
    "splitList": Function(_split_list, (Kind.STRING, Kind.STRING)),
    "splitn": Function(_splitn, (Kind.STRING, Kind.INT, Kind.STRING)),
}
