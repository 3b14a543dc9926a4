"""Names written as one word: `camelcase`, `snakecase`, `kebabcase` (p).

Source: https://masterminds.github.io/sprig/strings.html#snakecase, https://pkg.go.dev/github.com/huandu/xstrings
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import partial

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go import texts

_CONNECTORS = "_" + texts.SPACE + "-"
_BEGINNING = re.compile(f"([{_CONNECTORS}]*)[{_CONNECTORS}]([^{_CONNECTORS}])")
_IDEOGRAPHS = ((0x3400, 0x4D85), (0x4E00, 0x9FCC), (0x20000, 0x2B81D))


class _Kind(Enum):
    """What a run of characters within a name is."""

    CONNECTOR = auto()
    PUNCTUATION = auto()
    CAPITALIZED = auto()
    LETTERS = auto()
    NUMBER = auto()
    OTHER = auto()


_SEPARATE = {_Kind.CONNECTOR, _Kind.PUNCTUATION}


def _camel_case(text: str) -> str:
    """Each word begins with a great letter, and the connector before it goes."""
    name = text.lstrip(_CONNECTORS)
    inner = _BEGINNING.sub(lambda match: match[1] + texts.upper_of(match[2]), name[1:])
    return text[: len(text) - len(name)] + texts.upper(name[:1]) + inner


def _connected(connector: str, text: str) -> str:
    """Words in small letters with a connector between them.

    A number belongs to the word before it, as in `bld4_floor`, unless small letters follow, as in `http_2xx`.
    """
    words, result, at = list(_words(text)), list[str](), 0

    def separate() -> None:
        if at < len(words) and words[at][0] not in _SEPARATE:
            result.append(connector)

    while at < len(words):
        kind, word = words[at]
        at += 1
        result.append(_small(kind, word, connector))
        if kind in _SEPARATE or at == len(words):
            continue
        if kind is _Kind.NUMBER:
            while at < len(words) and words[at][0] in {_Kind.LETTERS, _Kind.NUMBER}:
                result.append(words[at][1])
                at += 1
            separate()
        elif words[at][0] is not _Kind.NUMBER or [kind for kind, _ in words[at + 1 : at + 2]] == [_Kind.LETTERS]:
            separate()
        else:
            result.append(words[at][1])
            at += 1
            separate()
    return "".join(result)


def _words(text: str) -> Iterator[tuple[_Kind, str]]:
    at = 0
    while at < len(text):
        kind = _kind(text[at])
        end = _end(text, at, kind)
        yield kind, text[at:end]
        at = end


def _kind(character: str) -> _Kind:
    category = unicodedata.category(character)
    if character in _CONNECTORS:
        return _Kind.CONNECTOR
    if category[0] == "P":
        return _Kind.PUNCTUATION
    if category == "Lu":
        return _Kind.CAPITALIZED
    if category[0] == "L" and not any(low <= ord(character) <= high for low, high in _IDEOGRAPHS):
        return _Kind.LETTERS
    return _Kind.NUMBER if category[0] == "N" else _Kind.OTHER


def _end(text: str, at: int, kind: _Kind) -> int:
    """Where the run that begins at a place ends."""
    end = _run(text, at + 1, kind)
    if kind is not _Kind.CAPITALIZED:
        return end
    small = _run(text, end, _Kind.LETTERS)
    if end == at + 1:
        return small
    # The last of several capitals begins the word that follows, as in `HTTPServer`.
    return end - 1 if small > end else end


def _run(text: str, at: int, kind: _Kind) -> int:
    while at < len(text) and (
        _kind(text[at]) is kind or (kind is _Kind.PUNCTUATION and unicodedata.category(text[at])[0] == "P")
    ):
        at += 1
    return at


def _small(kind: _Kind, word: str, connector: str) -> str:
    if kind is _Kind.CONNECTOR:
        return connector * len(word)
    return "".join(map(texts.lower_of, word)) if kind is _Kind.CAPITALIZED else word


_TEXT = (Kind.STRING,)
FUNCTIONS: Mapping[str, Function] = {
    "camelcase": Function(_camel_case, _TEXT),
    "kebabcase": Function(partial(_connected, "-"), _TEXT),
    "snakecase": Function(partial(_connected, "_"), _TEXT),
}
