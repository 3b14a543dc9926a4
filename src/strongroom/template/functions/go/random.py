"""Numbers and characters by chance."""

from __future__ import annotations

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions.bounds import MOST_ITEMS
from strongroom.template.surroundings import Surroundings

_MOST_BYTES = 1 << 20


def random_bytes(around: Surroundings, count: int) -> bytes:
    """So many random bytes.  Raises `FunctionFailed` for a number below zero, and for too many."""
    if not 0 <= count <= _MOST_BYTES:
        raise FunctionFailed(f"the number of random bytes is none of 0 to {_MOST_BYTES}")
    return around.random(count)


def below(around: Surroundings, bound: int) -> int:
    """A number from zero up to the bound, without it, each as likely as any other."""
    size = (bound.bit_length() + 7) // 8
    even = (1 << 8 * size) // bound * bound
    while (value := int.from_bytes(around.random(size))) >= even:
        pass
    return value % bound


def random_text(around: Surroundings, count: int, characters: str) -> str:
    """A text of so many of the characters.  Raises `FunctionFailed` for too many."""
    if count > MOST_ITEMS:
        raise FunctionFailed(f"the text would have more than {MOST_ITEMS} random characters")
    return "".join(characters[below(around, len(characters))] for _ in range(count))


def shuffled(around: Surroundings, text: str) -> str:
    """The text's characters in an order by chance."""
    characters = list(text)
    for last in range(len(characters) - 1, 0, -1):
        other = below(around, last + 1)
        characters[last], characters[other] = characters[other], characters[last]
    return "".join(characters)
