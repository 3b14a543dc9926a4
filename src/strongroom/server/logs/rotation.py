"""When a log file is put aside for a new one, and which older ones are removed (pure).

Source: https://developer.hashicorp.com/vault/docs/commands/agent (the flags `-log-rotate-…`)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Rotation:
    """The rule by which a process that is alone with its log file rotates it.

    Attributes:
        most_bytes: a file that has so many is put aside; 0 for any size.
        longest_s: a file that is so old is put aside; 0 for any age.
        kept: how many older ones stay: 0 for all, less for none.
    """

    most_bytes: int = 0
    longest_s: int = 0
    kept: int = 0

    def is_due(self, size_bytes: int, age_s: float) -> bool:
        """Whether a file of this size and age is put aside before the next line."""
        return bool(
            (self.most_bytes > 0 and size_bytes >= self.most_bytes) or (self.longest_s > 0 and age_s >= self.longest_s)
        )

    def name(self, path: PurePath, now_ns: int) -> PurePath:
        """The place of a file that is put aside: with the time in nanoseconds since the epoch before its ending."""
        return path.with_name(f"{path.stem}-{now_ns}{path.suffix}")

    def surplus(self, path: PurePath, beside: Iterable[str]) -> list[str]:
        """Of the names in the file's folder those of older ones that don't stay, the oldest first."""
        before = f"{path.stem}-"
        times = (
            (int(time), name)
            for name in beside
            if name.startswith(before)
            and name.endswith(path.suffix)
            and (time := name[len(before) : len(name) - len(path.suffix)]).isdecimal()
            and time.isascii()
        )
        older = [name for _, name in sorted(times)]
        return older[: len(older) - max(self.kept, 0)] if self.kept else []
