"""Where a command's output goes: results to standard output, the rest to standard error, colour only for people."""

from __future__ import annotations

import sys
from typing import TextIO

_PLAIN, _RED, _YELLOW = "\033[0m", "\033[91m", "\033[93m"


class Terminal:
    """The two output streams.

    Args:
        stdout: where results go.
        stderr: where warnings and errors go.
        colour: whether a stream that is a terminal gets colours.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO, *, colour: bool = True) -> None:
        self._stdout = stdout
        self._stderr = stderr
        self.interactive = stdout.isatty()
        self._paint_out = colour and self.interactive
        self._paint_err = colour and stderr.isatty()

    def out(self, text: str) -> None:
        """A line, or lines, of result."""
        self._stdout.write(f"{_PLAIN}{text}{_PLAIN}\n" if self._paint_out else f"{text}\n")

    def raw(self, text: str) -> None:
        """Text for other programs: no colour, and no newline added."""
        self._stdout.write(text)

    def flush(self) -> None:
        """Show what was written so far."""
        self._stdout.flush()

    def value(self, text: str, *, paint: bool = True) -> None:
        """A single value: with a newline for a person, as it is for a program."""
        if not self.interactive:
            self._stdout.write(text)
        elif paint:
            self.out(text)
        else:
            self._stdout.write(f"{text}\n")

    def warn(self, text: str) -> None:
        """A warning."""
        self._complain(text, _YELLOW)

    def error(self, text: str) -> None:
        """An error."""
        self._complain(text, _RED)

    def _complain(self, text: str, colour: str) -> None:
        # Both streams often end in one place: keep the order in which things were said.
        self._stdout.flush()
        self._stderr.write(f"{colour}{text}{_PLAIN}\n" if self._paint_err else f"{text}\n")
        self._stderr.flush()


def standard(*, colour: bool) -> Terminal:
    """The process's own streams."""
    return Terminal(sys.stdout, sys.stderr, colour=colour)
