"""Which numbers monitoring gets, and under which names (pure).

Source: https://developer.hashicorp.com/vault/docs/configuration/telemetry
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from strongroom.lib.exposition import Measure

PREFIX: Final = "vault"
_OF_THE_SYSTEM: Final = "process."
"""These have the names that all programs give them, and none is left out."""


@dataclass(frozen=True, slots=True)
class PrefixFilter:
    """Lets numbers through by the beginning of their names.  The longest beginning that fits decides."""

    rules: tuple[tuple[str, bool], ...] = ()
    """Beginnings, and whether names that begin so are let through."""
    default: bool = True
    """Whether the others are."""

    def allows(self, name: str) -> bool:
        """Whether a number of this name is let through."""
        fitting = [(len(prefix), allowed) for prefix, allowed in self.rules if name.startswith(prefix)]
        return max(fitting)[1] if fitting else self.default


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is shown of a node's numbers."""

    prefix: str = PREFIX
    """What stands before the first dot in the place of `vault`; empty for nothing."""
    filter: PrefixFilter = field(default_factory=PrefixFilter)
    prometheus: bool = True
    """Whether there are formats for Prometheus."""
    most_label_sets: int = 500
    """How many mounts, namespaces and so on have numbers of their own."""

    def shown(self, measures: Iterable[Measure], cluster: str) -> list[Measure]:
        """The numbers as they are shown, those of the operating system last.

        Args:
            cluster: the cluster's name, which is a label of all others.
        """
        own, others = [], []
        for measure in measures:
            if measure.name.startswith(_OF_THE_SYSTEM):
                own.append(measure)
                continue
            name = self.name_of(measure.name)
            if self.filter.allows(name):
                labels = {**measure.labels, "cluster": cluster}
                others.append(msgspec.structs.replace(measure, name=name, labels=labels))
        return [*others, *own]

    def name_of(self, name: str) -> str:
        """A number's name with the prefix that was chosen."""
        rest = name.removeprefix(f"{PREFIX}.")
        return f"{self.prefix}.{rest}" if self.prefix else rest


def parse_rules(given: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """Rules as `prefix_filter` has them: `+vault.token`, `-vault.expire`.

    Raises: `ValueError` for one that begins otherwise, or names nothing; the text says what is expected.
    """
    rules = []
    for rule in given:
        if len(rule) < 2 or rule[0] not in "+-":
            raise ValueError(f'expected rules such as "+vault.token" or "-vault.expire", found "{rule[:64]}"')
        rules.append((rule[1:], rule[0] == "+"))
    return tuple(rules)
