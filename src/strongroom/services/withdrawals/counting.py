"""Counts what withdrawals find, by kind and mount (pure)."""

from __future__ import annotations

from collections import Counter

import msgspec

TOKEN = "token"  # noqa: S105 - a kind of thing
WRAPPED = "wrapped answer"
LEASE = "lease"


class Tally(msgspec.Struct):
    """What was found, and how much of it doesn't say to whom it was issued.  The keys are `{kind}/{mount}`."""

    found: Counter[str] = msgspec.field(default_factory=Counter)
    undetermined: Counter[str] = msgspec.field(default_factory=Counter)

    def add(self, kind: str, mount: str, *, undetermined: bool) -> None:
        """Count one."""
        name = f"{kind}/{mount}"
        self.found[name] += 1
        if undetermined:
            self.undetermined[name] += 1


def merged(one: dict[str, int], other: Counter[str]) -> dict[str, int]:
    """The sums."""
    return dict(sorted((Counter(one) + other).items()))


def shown(counts: dict[str, int]) -> dict[str, dict[str, int]]:
    """The counts by kind, then by mount, as responses show them."""
    found: dict[str, dict[str, int]] = {}
    for name, count in sorted(counts.items()):
        kind, _, mount = name.partition("/")
        found.setdefault(kind.replace(" ", "_") + "s", {})[mount] = count
    return found
