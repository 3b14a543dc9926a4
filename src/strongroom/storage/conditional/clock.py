"""Judges the clocks of the nodes (pure).

These stores have no clock that a transaction can ask.  So each node uses its own, and doesn't work with one that is
wrong: by what the store's answers tell of its clock, and by what other nodes have written.
"""

from __future__ import annotations

from typing import Final

from strongroom.lib.errors import StorageError
from strongroom.storage.conditional.cells import ClockOffset

MOST_SKEW_S: Final = 10.0
"""The most that a node's clock may differ from the store's, and lag behind another node's."""


def check_clock(now: float, written_at: float, offset: ClockOffset | None) -> None:
    """Raise `StorageError` if this machine's clock can't be right.

    Args:
        now: by this machine's clock, in seconds since the epoch.
        written_at: the newest time that a node has written into the store.
        offset: what is known of the store's own clock.
    """
    if offset is not None and (offset.least_s > MOST_SKEW_S or offset.most_s < -MOST_SKEW_S):
        apart = offset.least_s if offset.least_s > 0 else offset.most_s
        side = "behind" if apart > 0 else "ahead of"
        raise StorageError(
            "the clocks of this machine and of the store's server differ",
            detail=f"this machine is {abs(apart):.0f} s {side} the store's server; {MOST_SKEW_S:g} s are the most",
        )
    if written_at - now > MOST_SKEW_S:
        raise StorageError(
            "the clocks of this machine and of another node differ",
            detail=f"this machine is {written_at - now:.0f} s behind a node that has written; "
            f"{MOST_SKEW_S:g} s are the most",
        )
