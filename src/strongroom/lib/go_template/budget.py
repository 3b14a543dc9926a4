"""What a rendering may still cost."""

from __future__ import annotations

from typing import Final

from strongroom.lib.go_template.errors import FunctionFailed

MOST_STEPS: Final = 2500
"""Some eighty milliseconds at worst."""
MOST_TEXT_BYTES: Final = 64 * 1024
"""Of any text while a template is rendered."""
_BYTES_A_STEP: Final = 64


class Budget:
    """Counts down; a function takes one step, and more for long texts."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MOST_STEPS

    def use(self, size_bytes: int) -> None:
        """Take what a text of this size costs.  Raises `FunctionFailed`."""
        check_size(size_bytes)
        self._left -= 1 + size_bytes // _BYTES_A_STEP
        if self._left < 0:
            raise FunctionFailed("the template takes too many steps")


def check_size(size_bytes: int) -> None:
    """Raise `FunctionFailed` for the size of a text that is too long, before it is made."""
    if size_bytes > MOST_TEXT_BYTES:
        raise FunctionFailed(f"a text of more than {MOST_TEXT_BYTES} bytes")
