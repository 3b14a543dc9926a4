"""What came of a run, for people and as lines for `equivalents.toml`."""

from __future__ import annotations

import json
from typing import NamedTuple

from tools.mutate.operators import Mutant

WANTED = 0.95
"""Of the mutants that change something, the part that the tests have to notice."""


class Tally(NamedTuple):
    """What became of one file's mutants."""

    file: str
    killed: int
    equivalent: int
    alive: list[Mutant]

    @property
    def sampled(self) -> int:
        """How many there were."""
        return self.killed + self.equivalent + len(self.alive)

    @property
    def share(self) -> float:
        """The killed ones among those that change something."""
        judged = self.killed + len(self.alive)
        return self.killed / judged if judged else 1.0

    @property
    def is_enough(self) -> bool:
        """Whether the tests hold the file."""
        return self.share >= WANTED


def line(tally: Tally) -> str:
    """One file's row."""
    counts = f"{tally.sampled:7} {tally.killed:6} {tally.equivalent:10} {len(tally.alive):5}"
    return f"{counts} {tally.share:7.1%}  {tally.file}{'' if tally.is_enough else '  TOO FEW'}"


HEAD = "sampled killed equivalent alive  killed"


def living(file: str, mutant: Mutant) -> str:
    """One mutant that no test noticed."""
    return f"  {file}:{mutant.line} {mutant.function}\n    - {mutant.before}\n    + {mutant.after}"


def as_toml(file: str, mutant: Mutant) -> str:
    """The same as an entry of `equivalents.toml`, whose reason is yet to be found."""
    fields = {"file": file, "function": mutant.function, "before": mutant.before, "after": mutant.after, "reason": ""}
    return "[[mutant]]\n" + "".join(f"{name} = {json.dumps(text)}\n" for name, text in fields.items())
