"""The rows of a store that belong to what moves, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from strongroom.storage.base import Entry, Storage
from strongroom.storage.operations import ROLE_PREFIX
from strongroom.storage.transfer.migrating import checkpoint

_KEYS: Final = 512
_BYTES: Final = 4 << 20
"""What a page should hold.  Pages get fewer keys when values are large."""


@dataclass(frozen=True, slots=True)
class Moving:
    """Tells which rows move.  Those of roles and of running nodes stay behind, because they are of running processes.

    Attributes:
        left_behind: prefixes of keys, besides those of roles.
    """

    left_behind: tuple[str, ...] = ()

    def moves(self, key: str) -> bool:
        """Whether a row is part of what moves."""
        return not key.startswith((ROLE_PREFIX, *self.left_behind)) and key != checkpoint.KEY

    async def rows(self, storage: Storage) -> AsyncIterator[tuple[str, Entry]]:
        """Every row that moves, sorted by key.  The pages that it reads may be of different moments."""
        after, keys = "", _KEYS
        while names := (await storage.scan("", after, keys)).names:
            entries = (await storage.get_many(filter(self.moves, names))).entries
            for name in names:
                if name in entries:
                    yield name, entries[name]
            size = sum(len(entry.value) for entry in entries.values())
            after, keys = names[-1], max(1, min(_KEYS, 2 * keys, keys * _BYTES // max(size, 1)))

    async def count(self, storage: Storage) -> int:
        """How many rows move, about.  Reads no values."""
        after, found = "", 0
        while names := (await storage.scan("", after, 4 * _KEYS)).names:
            found += sum(map(self.moves, names))
            after = names[-1]
        return found

    async def first(self, storage: Storage) -> str:
        """A key that moves; empty if nothing does."""
        after = ""
        while names := (await storage.scan("", after, _KEYS)).names:
            if found := next(filter(self.moves, names), ""):
                return found
            after = names[-1]
        return ""
