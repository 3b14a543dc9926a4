"""The rows of a stopped server, as its store has them: encrypted values by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

VALUE_BYTES: Final = 64 * 1024 * 1024
"""The most that one value may take.  The servers allow 1 MiB by default, and their operators may allow more."""


class UnreadableStore(Exception):
    """The store, or a row of it, can't be read; the text says why, and holds no content."""


class Rows(Protocol):
    """A store of another server, open for reading, by several threads.  Nothing is ever written to it."""

    @property
    def label(self) -> str:
        """Which store it is, without secrets."""
        ...

    def get(self, key: str) -> bytes | None:
        """The stored value at `key`.  Raises `UnreadableStore`."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below `prefix`, which ends in `/`, each once.  Raises `UnreadableStore`."""
        ...

    def close(self) -> None:
        """Close it."""
        ...
