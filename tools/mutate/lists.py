"""What is mutated, and which mutants are known to change nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from tools.mutate.operators import Mutant

FOLDER = Path(__file__).parent


class Files(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `files.toml` says."""

    suites: list[str]
    files: list[str]


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mutant that no test can tell from the original, and why."""

    file: str
    function: str
    before: str
    after: str
    reason: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is found by: moved lines change nothing of it."""
        return self.file, self.function, self.before, self.after


def key_of(file: str, mutant: Mutant) -> tuple[str, str, str, str]:
    """The same for a mutant."""
    return file, mutant.function, mutant.before, mutant.after


def read_files() -> Files:
    """The list of files, in the order that they are worked on."""
    return msgspec.convert(tomllib.loads((FOLDER / "files.toml").read_text()), Files)


def read_equivalents() -> list[Equivalent]:
    """The mutants that are known to change nothing; each has its reason."""
    rows = tomllib.loads((FOLDER / "equivalents.toml").read_text()).get("mutant", [])
    found = msgspec.convert(rows, list[Equivalent])
    for row in found:
        if not row.reason.strip():
            raise SystemExit(f"{row.file}: no reason why {row.after!r} changes nothing")
    return found
