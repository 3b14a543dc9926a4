"""Counts the vectors of a table, and says at the end which of them came out wrong."""

from __future__ import annotations


class Tally:
    """What was tried of one source of vectors.

    Args:
        source: the name of the file or function, for messages.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.tried = 0
        self.wrong: list[str] = []

    def note(self, case: object, *, right: bool) -> None:
        """Counts one vector; `case` names it if it is wrong."""
        self.tried += 1
        if not right:
            self.wrong.append(str(case))

    def settle(self, at_least: int) -> None:
        """Fails if a vector was wrong, or if fewer were tried than the source is known to have."""
        assert not self.wrong, f"{self.source}: {len(self.wrong)} of {self.tried} vectors are wrong: {self.wrong[:20]}"
        assert self.tried >= at_least, (
            f"{self.source}: {self.tried} vectors were tried, {at_least} or more are expected"
        )
