"""The denials of one process since it last wrote them."""

from __future__ import annotations

from collections import Counter

from strongroom.services.denials.records import DenialRecord

MOST = 32
"""Denials that are kept of one interval.  They and their slot are one commit, and the smallest store takes 128 keys."""
EACH = 4
"""Denials of one token among these, so that a program that tries again and again leaves room for others."""


class Window:
    """Collects denials in memory.  What finds no room is dropped, and nothing that is in already."""

    def __init__(self) -> None:
        self._denials: dict[str, DenialRecord] = {}
        self._of_each: Counter[str] = Counter()

    def has_room(self, whose: str) -> bool:
        """Whether another denial would be kept.

        Args:
            whose: names the token.
        """
        return len(self._denials) < MOST and self._of_each[whose] < EACH

    def note(self, denial: DenialRecord, whose: str) -> None:
        """Keep a denial if there is room.  A request that is denied again in another attempt counts once."""
        if denial.id in self._denials:
            self._denials[denial.id] = denial
        elif self.has_room(whose):
            self._denials[denial.id] = denial
            self._of_each[whose] += 1

    def find(self, id_: str) -> DenialRecord | None:
        """The denial of a request, if it isn't written yet."""
        return self._denials.get(id_)

    def take(self) -> list[DenialRecord]:
        """All denials.  The window is empty afterwards."""
        taken = list(self._denials.values())
        self._denials.clear()
        self._of_each.clear()
        return taken
