"""What the helper tells: on standard error, which PAM writes to a file."""

from __future__ import annotations

import time
from typing import TextIO

MOST_CHARACTERS = 1000
"""Of a line: who answers for the server must not fill the disk."""
LEVELS = ("trace", "debug", "info", "warn", "error", "off")


class Log:
    """Lines with time and level.

    Args:
        level: the least that is written. stream: where to.
    """

    def __init__(self, level: str, stream: TextIO) -> None:
        self._least = LEVELS.index(level)
        self._stream = stream

    def write(self, level: str, text: str) -> None:
        """One line.  What others say in it can't begin another one."""
        if LEVELS.index(level) >= self._least:
            line = "".join(letter if letter.isprintable() else " " for letter in text[:MOST_CHARACTERS])
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self._stream.write(f"{at} [{level.upper()}] ssh-helper: {line}\n")
