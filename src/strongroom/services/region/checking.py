"""Judges what the first region says against what it was asked (pure).

The decoder bounds each value by itself.  Here is what only the question tells: a history goes forward, and a page goes
on where the one before has ended.  Whoever says anything else is broken or hostile, and nothing of it is taken over.
"""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.barrier.region import is_replicated
from strongroom.lib.errors import UpstreamFailed
from strongroom.services.region import wire
from strongroom.services.region.wire import Point
from strongroom.storage.keys import is_key


def check_head(since: Point, said: wire.HeadSaid) -> None:
    """Raise `UpstreamFailed` unless the newest commit may come after `since`."""
    _check_order(since, said.head)
    _check_named(said.keys, said.count)


def check_rows(since: Point, said: wire.RowsSaid) -> None:
    """Raise `UpstreamFailed` unless the rows lead from `since` to a later commit, or nothing has changed."""
    _check_order(since, said.through)
    _check_order(said.through, said.head)
    if said.through == since and (said.head != since or said.rows):
        raise _unusable("rows that lead no further")


def check_page(after: str, said: wire.PageSaid) -> None:
    """Raise `UpstreamFailed` unless the page goes on behind `after`."""
    if not said.last:
        if said.rows:
            raise _unusable("rows behind the last page")
        return
    if said.last <= after or any(not after < key <= said.last for key in said.rows):
        raise _unusable("a page that leads no further")


def check_former(since: Point, said: wire.PromotedSaid) -> None:
    """Raise `UpstreamFailed` unless the former region may have changed these keys."""
    if said.known:
        _check_order(since, said.head)
    _check_named(said.keys, said.count)


def _check_order(earlier: Point, later: Point) -> None:
    if later.number < earlier.number or (later.number == earlier.number and later.id != earlier.id):
        raise _unusable(f"commit {later.number}, which does not come after {earlier.number}")


def _check_named(named: tuple[str, ...], count: int) -> None:
    if count < len(named):
        raise _unusable("fewer keys than it names")
    require_shared(named)


def require_shared(named: Iterable[str]) -> None:
    """Raise `UpstreamFailed` unless all these rows belong to all regions.

    What a region keeps for itself is never replaced by another one.
    """
    wrong = next((key for key in named if not is_replicated(key) or not is_key(key)), None)
    if wrong is not None:
        raise _unusable(f"the row {wrong[:200]!r}, which is not its to send")


def _unusable(what: str) -> UpstreamFailed:
    return UpstreamFailed("the first region gave no usable answer", detail=f"it says {what}")
