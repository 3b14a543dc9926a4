"""What a migration tells of its progress."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Is told how far a migration has come."""

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Take note.

        Args:
            doing: the step, for people.
            done: the number of rows that it has done.
            total: how many there are, about; 0 if that isn't known.
        """
        ...
