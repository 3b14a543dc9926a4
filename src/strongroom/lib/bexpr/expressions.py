"""Expressions about the fields of something, in the language of Vault's filters (pure).

Source: https://developer.hashicorp.com/vault/docs/concepts/filtering; https://github.com/hashicorp/go-bexpr
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, Final, Protocol, TypeAlias

import msgspec

from strongroom.lib.bexpr.patterns import Pattern

Path: TypeAlias = tuple[str, ...]
"""The names that lead to a value, from the outermost on."""


class Missing(Enum):
    """Stands for a value that isn't there."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
Look: TypeAlias = Callable[[Path], Any]
"""Returns the value at a path, or `MISSING`."""


class Expression(Protocol):
    """Something that is true or not."""

    def holds(self, look: Look) -> bool:
        """Whether it is true.

        Args:
            look: returns the values that it is about.
        """
        ...

    def paths(self) -> Iterator[Path]:
        """The paths of all values that it is about."""
        ...


class _About(msgspec.Struct, frozen=True):
    """An expression about one value."""

    path: Path

    def paths(self) -> Iterator[Path]:
        """Its path."""
        yield self.path


class Equal(_About, frozen=True):
    """Whether a value is this text."""

    text: str

    def holds(self, look: Look) -> bool:
        """As `Expression` says."""
        value = look(self.path)
        return value == self.text if type(value) is str else _is(value, self.text)


class Contains(_About, frozen=True):
    """Whether a list or an object has this element, or a text this part."""

    text: str

    def holds(self, look: Look) -> bool:
        """As `Expression` says."""
        value = look(self.path)
        if isinstance(value, (str, dict)):
            return self.text in value
        return isinstance(value, (list, tuple)) and any(_is(each, self.text) for each in value)


class OneOf(_About, frozen=True):
    """Whether a value is one of these texts."""

    texts: tuple[str, ...]

    def holds(self, look: Look) -> bool:
        """As `Expression` says."""
        value = look(self.path)
        return any(_is(value, text) for text in self.texts)


class Matches(_About, frozen=True):
    """Whether a pattern is anywhere in a text."""

    pattern: Pattern

    def holds(self, look: Look) -> bool:
        """As `Expression` says."""
        value = look(self.path)
        return isinstance(value, str) and self.pattern.is_in(value)


class Empty(_About, frozen=True):
    """Whether a value has no elements or characters, or isn't there."""

    def holds(self, look: Look) -> bool:
        """As `Expression` says."""
        value = look(self.path)
        return value is MISSING or value is None or (isinstance(value, (str, list, tuple, dict)) and not value)


class Not(msgspec.Struct, frozen=True):
    """The contrary."""

    inner: Expression

    def holds(self, look: Look) -> bool:
        """As `Expression` says."""
        return not self.inner.holds(look)

    def paths(self) -> Iterator[Path]:
        """As `Expression` says."""
        yield from self.inner.paths()


class And(msgspec.Struct, frozen=True):
    """Whether all are true."""

    parts: tuple[Expression, ...]

    def holds(self, look: Look) -> bool:
        """As `Expression` says."""
        return all(part.holds(look) for part in self.parts)

    def paths(self) -> Iterator[Path]:
        """As `Expression` says."""
        for part in self.parts:
            yield from part.paths()


class Or(msgspec.Struct, frozen=True):
    """Whether one is true."""

    parts: tuple[Expression, ...]

    def holds(self, look: Look) -> bool:
        """As `Expression` says."""
        return any(part.holds(look) for part in self.parts)

    def paths(self) -> Iterator[Path]:
        """As `Expression` says."""
        for part in self.parts:
            yield from part.paths()


def _is(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return value == text
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    if isinstance(value, int | float):
        try:
            return value == (int(text) if isinstance(value, int) else float(text))
        except ValueError:
            return False
    return False
