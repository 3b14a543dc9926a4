"""Command lines that need no shell."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

_WORD = r"(?:[\w./:=@,%+-]+|(?:[\w./:@%+-]+=)?'[^']*')"
_PLAIN = re.compile(rf"((?:[A-Z_]+=[\w./:@,%+-]* )*)\$P((?: {_WORD})*)", re.ASCII)


@dataclass(frozen=True)
class Plain:
    """A command line that needs no shell: what it adds to the environment, and its words behind the program's name."""

    environment: dict[str, str]
    words: list[str]


def plain(line: str) -> Plain | None:
    """What a shell would make of a line; None for a line with anything but settings, `$P`, words and single quotes."""
    found = _PLAIN.fullmatch(line)
    if found is None:
        return None
    return Plain(dict(setting.split("=", 1) for setting in found[1].split()), shlex.split(found[2]))
