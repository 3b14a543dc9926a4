"""Rows of the engine `turns`.

===================  ================  ====================================================================
below the mount      record            what
===================  ================  ====================================================================
`group/<name>`       `TurnGroup`       how many may be at it at once, and for how long
`line/<name>`        `TurnLine`        who has a turn of the group, and who waits for one
`last-number`        `LastNumber`      the greatest number that a group had which was deleted
===================  ================  ====================================================================

All that a group knows of its clients is one row.  Of two requests that change it at once, one commits, and the other
begins again and sees what the first has done.
"""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Part, Record

MOST_HELD = 100
"""The largest size of a group."""
MOST_WAITING = 100
"""The most who are remembered as waiting for a group."""
HOLDER_CHARACTERS = 128


class TurnGroup(Record, frozen=True, tag="turns-group"):
    """The settings of a group."""

    size: int = 1
    """How many have a turn at once; 0 for nobody."""
    ttl_s: int = 60
    """How long a turn lasts unless it is renewed."""
    max_ttl_s: int = 3600
    """How long it lasts with all renewals; 0 for what the mount allows."""
    description: str = ""


class HeldTurn(Part, frozen=True):
    """A turn that somebody has."""

    id: str
    owner: str
    """Whose it is; see `clients.owner_of`."""
    holder: str
    """What the holder calls himself."""
    number: int
    """Greater than that of every earlier turn of the group."""
    since: float
    """Seconds since the epoch."""


class Waiter(Part, frozen=True):
    """Somebody who has asked for a turn and didn't get one."""

    owner: str
    holder: str
    since: float
    """When he asked first; seconds since the epoch."""
    asked_at: float
    """When he asked last."""


class TurnLine(Record, frozen=True, tag="turns-line"):
    """Who has a turn of a group, and who waits, longest first."""

    limit_bytes: ClassVar[int] = 256 * 1024
    """A hundred of both, with the longest texts, have a half of it."""

    number: int = 0
    """That of the latest turn."""
    held: tuple[HeldTurn, ...] = ()
    waiting: tuple[Waiter, ...] = ()


class LastNumber(Record, frozen=True, tag="turns-last-number"):
    """The number that turns of new groups are counted from.

    A group that is deleted and made again must not give a number twice, by which somebody is told apart who was there
    before.
    """

    number: int
