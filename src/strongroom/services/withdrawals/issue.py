"""What a token or a lease keeps of the request that it was issued to."""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.barrier.record import Part
from strongroom.services.withdrawals.matching import Facts

NEAREST = 12
FIRST = 4
"""How many ancestors a record keeps: the nearest, and the first, which have logged in or were stolen."""


class Issue(Part, frozen=True):
    """To whom something was issued.  Rows of earlier versions have none."""

    address: str = ""
    """The client's; empty on a Unix socket."""
    mount: str = ""
    """The id of the mount that was asked."""
    makers: tuple[Facts, ...] = ()
    """Those of the client's token and of its ancestors, nearest first.

    Only what has no parent to say it keeps them: orphans, wrapped answers, and the leases of entities and of batch
    tokens.  They are kept whole, because such a token may outlive the rows of those that it comes from.
    """


def shortened(line: Sequence[Facts]) -> tuple[Facts, ...]:
    """As much of a line as a record keeps."""
    return tuple(line) if len(line) <= NEAREST + FIRST else (*line[:NEAREST], *line[-FIRST:])
