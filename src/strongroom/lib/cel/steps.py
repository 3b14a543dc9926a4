"""What an evaluation may still cost."""

from __future__ import annotations

from strongroom.lib.cel.errors import TooCostly

MOST_STEPS = 10_000
"""Some fifteen milliseconds."""
MOST_CHARACTERS = 64 * 1024
MOST_ITEMS = 10_000
_CHARACTERS_A_STEP = 64


class Steps:
    """Counts down; one step is about what an operator costs.

    Args:
        most: how many there are.
    """

    __slots__ = ("_left", "_met")

    def __init__(self, most: int = MOST_STEPS) -> None:
        self._left = most
        self._met: set[tuple[str, str]] = set()

    def use(self, count: int = 1) -> None:
        """Take steps.  Raises `TooCostly` when there are none left."""
        self._left -= count
        if self._left < 0:
            raise TooCostly("the evaluation takes too many steps")

    def is_new(self, kind: str, name: str) -> bool:
        """Whether this evaluation meets something for the first time, which costs more than to meet it again."""
        before = len(self._met)
        self._met.add((kind, name))
        return len(self._met) > before

    def use_text(self, characters: int) -> None:
        """Take what reading or making a text of this length costs.  Raises `TooCostly`."""
        if characters > MOST_CHARACTERS:
            raise TooCostly(f"a text of the evaluation has more than {MOST_CHARACTERS} characters")
        self.use(characters // _CHARACTERS_A_STEP)

    def use_items(self, items: int) -> None:
        """Take what making a list or map of this length costs.  Raises `TooCostly`."""
        if items > MOST_ITEMS:
            raise TooCostly(f"a list of the evaluation has more than {MOST_ITEMS} items")
        self.use(items // 4)
