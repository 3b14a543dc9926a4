"""The case of letters (p).

Source: https://masterminds.github.io/sprig/strings.html#title, https://pkg.go.dev/github.com/Masterminds/goutils#SwapCase
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go import texts


def _untitle(text: str) -> str:
    """The first character of each word becomes a small letter."""
    result, before = [], " "
    for character in texts.valid(text):
        result.append(texts.lower_of(character) if texts.is_space(before) else character)
        before = character
    return "".join(result)


def _swap_case(text: str) -> str:
    """Small letters become great ones and the other way, but a word's first small one becomes one of a title."""
    result, begins = [], True
    for character in texts.valid(text):
        category = unicodedata.category(character)
        if category in {"Lu", "Lt"}:
            result.append(texts.lower_of(character))
            begins = False
        elif category == "Ll":
            result.append((texts.title_of if begins else texts.upper_of)(character))
            begins = False
        else:
            result.append(character)
            begins = texts.is_space(character)
    return "".join(result)


_TEXT = (Kind.STRING,)
FUNCTIONS: Mapping[str, Function] = {
    "lower": Function(texts.lower, _TEXT),
    "swapcase": Function(_swap_case, _TEXT),
    "title": Function(texts.title_words, _TEXT),
    "untitle": Function(_untitle, _TEXT),
    "upper": Function(texts.upper, _TEXT),
}
