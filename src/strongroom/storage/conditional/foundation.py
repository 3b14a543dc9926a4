"""What the reading and the writing side of a store have in common."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.storage.conditional.cells import Cells
from strongroom.storage.conditional.feed import Feed
from strongroom.storage.conditional.holds import Holds
from strongroom.storage.conditional.looking import Looking


@dataclass(frozen=True, slots=True)
class Foundation:
    """One store's cells, and what looks at them."""

    cells: Cells
    looking: Looking
    feed: Feed
    holds: Holds
    clock: Clock
    random: Random
    patience_s: float
    """How long callers wait for others' holds, and for the answer to a transaction."""


def foundation(cells: Cells, clock: Clock, random: Random, patience_s: float) -> Foundation:
    """Those of one store."""
    feed = Feed(cells)
    looking = Looking(cells, feed, clock)
    return Foundation(cells, looking, feed, Holds(cells, looking, clock, random), clock, random, patience_s)
