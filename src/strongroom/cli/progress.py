"""A bar that shows how far a long piece of work has come, on a terminal.  Programs and logs see nothing of it."""

from __future__ import annotations

import sys
import time
from typing import Final, Self, TextIO

_WIDTH: Final = 30
_EVERY_S: Final = 0.1


class Progress:
    """Shows progress on standard error while it is used as a context, if that is a terminal.

    Args:
        noun: what is counted, such as `rows`.
        total: how many there are; 0 if that isn't known.
        stream: where it is shown.
    """

    def __init__(self, noun: str, total: int = 0, stream: TextIO | None = None) -> None:
        self._noun = noun
        self._total = total
        self._stream = stream or sys.stderr
        self._shows = self._stream.isatty()
        self._shown_at = 0.0
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()

    def __call__(self, count: int) -> None:
        """So many are done."""
        now = time.monotonic()
        if not self._shows or now < self._shown_at + _EVERY_S:
            return
        self._shown_at = now
        line = bar(count, self._total, self._noun)
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = max(self._width, len(line))


def bar(count: int, total: int, noun: str) -> str:
    """The line for so many of a total; without a bar if the total isn't known."""
    if not total:
        return f"{count:,} {noun}"
    part = min(1.0, count / total)
    filled = int(_WIDTH * part)
    return f"[{'#' * filled}{' ' * (_WIDTH - filled)}] {part:4.0%}  {count:,} of {total:,} {noun}"
