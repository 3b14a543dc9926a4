"""Go's package `strings`, where Python's texts do otherwise.

Go's texts are bytes, and its case mappings take one character to one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""`unicode.IsSpace`: Python's `isspace` counts the separators U+001C to U+001F, too."""
_SPACES = frozenset(SPACE)
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_WORD_JOINERS = frozenset(":\xb7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a.\u2018\u2019\u2024\ufe52\uff07\uff0e'")
"""Of Unicode's word breaks: MidLetter, MidNumLet and Single_Quote."""
_IN_WORDS = frozenset({"Lo", "Lm", "Nl", "Nd", "Pc", "Mn", "Mc", "Me", "Cf"})
_HANGUL = ("\uac00", "\ud7a3")


def is_space(character: str) -> bool:
    """`unicode.IsSpace`."""
    return character in _SPACES


def valid(text: str) -> str:
    """A text in which U+FFFD stands for each byte that isn't UTF-8."""
    return text if text.isascii() else _NOT_UTF8.sub("\ufffd", text)


def trim_space(text: str) -> str:
    """`strings.TrimSpace`."""
    return text.strip(SPACE)


def fields(text: str) -> list[str]:
    """`strings.Fields`: the words between spaces."""
    spaced = "".join(" " if character in _SPACES else character for character in text)
    return [word for word in spaced.split(" ") if word]


def split(text: str, separator: str, most: int = -1) -> list[str]:
    """`strings.SplitN`: an empty separator splits into characters; none come of `most=0`, all of less."""
    if most == 0:
        return []
    if separator:
        return text.split(separator, most - 1 if most > 0 else -1)
    if most < 0 or len(text) <= most:
        return list(text)
    return [*text[: most - 1], text[most - 1 :]]


def upper(text: str) -> str:
    """`strings.ToUpper`."""
    return text.upper() if text.isascii() else _mapped(text, upper_of)


def lower(text: str) -> str:
    """`strings.ToLower`."""
    return text.lower() if text.isascii() else _mapped(text, lower_of)


def upper_of(character: str) -> str:
    """`unicode.ToUpper`."""
    mapped = character.upper()
    return mapped if len(mapped) == 1 else title_of(character)


def lower_of(character: str) -> str:
    """`unicode.ToLower`."""
    return character.lower()[:1]


def title_of(character: str) -> str:
    """`unicode.ToTitle`."""
    mapped = character.title()
    return mapped if len(mapped) == 1 else character


def title_words(text: str) -> str:
    """`strings.Title`: the title case of each letter that begins a word, by its simple rule."""
    result, before = [], " "
    for character in valid(text):
        result.append(title_of(character) if _separates(before) else character)
        before = character
    return "".join(result)


def title(text: str) -> str:
    """`cases.Title(language.Und, cases.NoLower)`: words as Unicode breaks them, roughly, so that `don't` is one.

    Source: https://www.unicode.org/reports/tr29/#Word_Boundaries
    """
    result, within, joined = [], False, False
    for character in text:
        joins = character in _WORD_JOINERS
        if joins and joined:
            within = False
        joined = joins
        if _is_cased(character):
            result.append(character if within else character.title())
            within = True
            continue
        result.append(character)
        if not joins and _ends_words(character):
            within = False
    return "".join(result)


def _mapped(text: str, mapping: Callable[[str], str]) -> str:
    return "".join(map(mapping, valid(text)))


def _ends_words(character: str) -> bool:
    if unicodedata.category(character) not in _IN_WORDS:
        return True
    return unicodedata.east_asian_width(character) == "W" and not _HANGUL[0] <= character <= _HANGUL[1]


def _separates(character: str) -> bool:
    if character.isascii():
        return not (character.isalnum() or character == "_")
    if character.isalpha() or character.isdecimal():
        return False
    return character in _SPACES


def _is_cased(character: str) -> bool:
    return character.isupper() or character.islower() or character.istitle()
