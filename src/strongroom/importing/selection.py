"""What of an inventory is wanted (p)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from strongroom.importing.inventory import Kind


class UnknownKind(ValueError):
    """A word that stands for no kind of objects."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Kinds of objects that are wanted."""

    kinds: frozenset[Kind] = frozenset(Kind)

    def wants(self, *kinds: Kind) -> bool:
        """Whether any of these is wanted."""
        return not self.kinds.isdisjoint(kinds)


def select(only: Iterable[str], exclude: Iterable[str]) -> Selection:
    """The kinds that two lists of words leave.

    Args:
        only: the wanted ones; none stands for all.
        exclude: taken from these.

    Raises: `UnknownKind` that names the word and those that there are.
    """
    wanted, unwanted = _kinds(only), _kinds(exclude)
    return Selection((wanted or frozenset(Kind)) - unwanted)


def _kinds(words: Iterable[str]) -> frozenset[Kind]:
    found = set()
    for word in words:
        try:
            found.add(Kind(word))
        except ValueError:
            raise UnknownKind(f"{word!r} is no kind of objects; there are {', '.join(Kind)}") from None
    return frozenset(found)
