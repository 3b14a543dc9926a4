"""The bar of long commands: what it draws, and that only terminals see it."""

from __future__ import annotations

import io

import pytest

from strongroom.cli.progress import ProgressBar, bar
from strongroom.cli.terminal import Terminal


class Tty(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@pytest.mark.parametrize(
    ("done", "total", "line"),
    [
        (1234567, 0, "Copying: 1,234,567"),
        (0, 4, "Copying [..............................] 0 of 4"),
        (1, 4, "Copying [#######.......................] 1 of 4"),
        (9, 4, "Copying [##############################] 9 of 4"),
    ],
)
def test_lines(done: int, total: int, line: str) -> None:
    """A total that was too low doesn't break the bar."""
    assert bar("Copying", done, total) == line


def test_a_terminal_sees_one_line_in_place_of_the_other() -> None:
    """The first state and the last one of a step are always drawn; at the end the line is empty."""
    stream = Tty()
    progress = ProgressBar(Terminal(io.StringIO(), stream))
    for done in range(1001):
        progress("Copying\x1b", done, 1000)
    progress.close()
    shown = stream.getvalue().split("\r\x1b[K")
    assert shown[1].endswith("0 of 1,000")
    assert shown[-2:] == ["Copying\ufffd [##############################] 1,000 of 1,000", ""]
    assert len(shown) < 100


def test_what_is_no_terminal_sees_nothing() -> None:
    """A log of a scheduled job has no bars."""
    stream = io.StringIO()
    progress = ProgressBar(Terminal(io.StringIO(), stream))
    progress("Copying", 1, 2)
    progress.close()
    assert stream.getvalue() == ""
