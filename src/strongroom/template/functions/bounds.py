"""How much a function may make: a template can be wrong, and the program that renders it has other work (p)."""

from __future__ import annotations

from strongroom.template.errors import FunctionFailed

MOST_BYTES = 4 << 20
"""Of a text that a function makes."""
MOST_ITEMS = 100_000
"""Of a list that a function counts out, and of the values that it visits within one."""
MOST_DEPTH = 100
"""Of lists and maps within each other.  Functions that walk them call themselves."""


class TooMuch(FunctionFailed):
    """A limit is reached.  Functions that give an empty value rather than fail don't do so for this."""


def check_bytes(count: int) -> None:
    """Refuse a text of so many bytes if they are too many."""
    if count > MOST_BYTES:
        raise TooMuch(f"the text would be longer than {MOST_BYTES} bytes")


def check_items(count: int) -> None:
    """Refuse a list of so many items if they are too many."""
    if count > MOST_ITEMS:
        raise TooMuch(f"the list would have more than {MOST_ITEMS} items")


def check_depth(depth: int) -> None:
    """Refuse to go so many levels down if they are too many."""
    if depth > MOST_DEPTH:
        raise TooMuch(f"the value is nested more than {MOST_DEPTH} levels deep")


class Visits:
    """Counts what one call visits: lists may share their items, so that a small value is a huge tree."""

    def __init__(self, most: int = MOST_ITEMS) -> None:
        self._left = most

    def take(self, depth: int) -> None:
        """Visit a value at this depth.  Raises `FunctionFailed` if it is too deep, or one too many."""
        check_depth(depth)
        self._left -= 1
        if self._left < 0:
            raise TooMuch("the value has too many parts")


class BoundedText:
    """A text that grows piece by piece, and not beyond `MOST_BYTES`."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0

    def add(self, text: str) -> None:
        """Append a text."""
        self._size += len(text)
        check_bytes(self._size)
        self._parts.append(text)

    def text(self) -> str:
        """All that was added."""
        return "".join(self._parts)
