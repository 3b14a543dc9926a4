"""Answers a shell: `COMP_LINE` and `COMP_POINT` in the environment, a candidate on each line of the output.

Source: https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from strongroom.cli.completion.candidates import candidates
from strongroom.cli.completion.line import split

_PLAIN = frozenset("/_.-:=@+,%~")
LIMIT_S = 2
"""How long a person waits for a key that they pressed, at the most."""


def answer(arguments: Sequence[str]) -> int:
    """Print what may stand at the cursor.

    Nothing else is printed, and there are no prompts.  Without a server or a token there are fewer candidates.

    Args:
        arguments: what `complete -C` gives: the program, the part of the word before the cursor, the word before.
    """
    # The kernel ends what takes longer, a look-up of a name included; there is nothing to clean up.
    signal.alarm(LIMIT_S)
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(quiet, 2)
    line = os.environ["COMP_LINE"]
    point = os.environ.get("COMP_POINT", "")
    if point.isdecimal():
        # The shell counts bytes.
        line = os.fsencode(line)[: int(point)].decode("utf-8", "surrogateescape")
    words = split(line)
    if len(words) < 2:
        return 0
    word = words[-1]
    # Bash breaks words at = and :, and replaces what is behind the last one only.
    part = arguments[1] if len(arguments) > 1 else word
    kept = len(word) - len(part) if word.endswith(part) else 0
    for found in candidates(words[1:], os.environ):
        if _harmless(found):
            sys.stdout.write(f"{found[kept:]}\n")
    return 0


def _harmless(text: str) -> bool:
    """Whether a shell reads a text literally.

    A user who may create names must not be able to run commands in the shell of a user who completes them.
    """
    return all(letter.isalnum() or letter in _PLAIN for letter in text)
