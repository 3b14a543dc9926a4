"""Questions at the terminal whose answers aren't shown."""

from __future__ import annotations

import sys
from typing import TextIO


class NoTerminal(Exception):
    """There is nobody to ask."""


def ask_hidden(question: str, *, to_stdout: bool = False) -> str:
    """What a person types, without echo.

    Args:
        question: stands before the answer.
        to_stdout: print the question to standard output instead of standard error.

    Raises: `NoTerminal` when standard input is no terminal.
    """
    stream: TextIO = sys.stdout if to_stdout else sys.stderr
    stream.write(question)
    stream.flush()
    try:
        return _read_hidden()
    finally:
        stream.write("\n")
        stream.flush()


def _read_hidden() -> str:
    import termios  # noqa: PLC0415 - most commands ask nothing

    descriptor = sys.stdin.fileno()
    try:
        before = termios.tcgetattr(descriptor)
    except termios.error as error:
        raise NoTerminal("file descriptor 0 is not a terminal") from error
    silent = list(before)
    silent[3] &= ~termios.ECHO
    try:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, silent)
        return sys.stdin.readline().rstrip("\r\n")
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
