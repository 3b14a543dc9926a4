"""What the destination has of an object before it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from strongroom.importing.inventory import Version


class Presence(Enum):
    """How the destination's object relates to the one that comes."""

    ABSENT = auto()
    SAME = auto()
    BEHIND = auto()
    """It is the beginning of what comes: an import was interrupted, or the source has gone on."""
    OTHER = auto()


class Conflict(StrEnum):
    """What to do about another object of the same name."""

    SKIP = "skip"
    """It stays, and is told of."""
    VERSION = "version"
    """A secret of kv 2 gets the source's newest value as a further version; what has no versions stays."""
    FAIL = "fail"
    """It stays, and the import counts as failed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found.

    Attributes:
        differences: the names of what is other.
        rest: versions that the destination lacks, if it is behind.
        newest: the newest version with data that comes, if the destination has others.
    """

    presence: Presence
    differences: tuple[str, ...] = ()
    rest: Iterator[Version] = field(default_factory=lambda: iter(()), repr=False)
    newest: Version | None = field(default=None, repr=False)
