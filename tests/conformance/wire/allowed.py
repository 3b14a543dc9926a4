"""The list of differences that are meant."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.wire.compare import Difference


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of `allowed.toml`, which describes the fields."""

    file: str
    request: str
    at: str
    reason: str
    ours: str = "*"
    by_chance: bool = False

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError(f"{self.file}: {self.request}: an allowed difference needs a reason")

    def concerns(self, file: str) -> bool:
        """Whether the entry is about this case file."""
        return self.file in {"*", file}

    def covers(self, difference: Difference) -> bool:
        """Whether this entry explains `difference`."""
        return (
            self.concerns(difference.case.file)
            and _like(difference.case.request, self.request)
            and (_like(difference.at, self.at) or difference.at.startswith((self.at + ".", self.at + "[")))
            and _like(str(difference.ours), self.ours)
        )


def read(path: Path) -> list[Allowed]:
    """The entries of a file.  Raises `ValueError` for one without a reason, `TypeError` for one with other fields."""
    return [Allowed(**entry) for entry in tomllib.loads(path.read_text())["difference"]]


def _like(text: str, pattern: str) -> bool:
    # Brackets are indices of lists here, and queries hold `?`: only `*` is a wildcard where the text isn't equal.
    return text == pattern or fnmatch.fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))
