"""How a region stands to the others, and what a promotion keeps, lacks and leaves to an operator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.region import FENCED, FOLLOWER, PRIMARY, RegionState
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.region.records import (
    FOLLOWERS,
    FORMER,
    HEADS,
    HEARD,
    PROGRESS,
    REACHED,
    FollowerRecord,
    Former,
    Head,
    Heard,
    Progress,
    Reached,
)
from strongroom.services.restoration import frozen

_MOST_LACKING: Final = 10_000
"""Keys that are named; more are counted."""
_MOST_CHARACTERS: Final = 2 << 20
"""Of these keys: they are one row."""

SILENT_S: Final = 30.0
"""A follower that hasn't asked for this long is cut off."""


class Lag(msgspec.Struct, frozen=True):
    """How far a follower is behind."""

    revisions: int
    seconds: float
    """By the first region's clock, and the time that has passed here since it was heard."""


async def lag(txn: Transaction, now: float) -> tuple[Lag, Progress, Heard]:
    """The lag of this follower.

    Args:
        now: this region's clock.  Only how much of it has passed counts, so it may differ from the first region's.
    """
    progress = await txn.read(PROGRESS, Progress) or Progress()
    heard = await txn.read(HEARD, Heard) or Heard()
    passed = max(0.0, now - heard.heard_at) if heard.heard_at else 0.0
    level = heard.commit == progress.commit
    as_of = max(progress.as_of, heard.at) if level else progress.as_of
    seconds = max(0.0, heard.at + passed - as_of) if heard.at else 0.0
    return Lag(max(0, heard.commit.number - progress.commit.number), seconds), progress, heard


async def lacking(txn: Transaction) -> tuple[tuple[str, ...], int]:
    """The keys of the first region's commits that this one has heard of and doesn't have, and how many more.

    A head tells of several commits.  If this region has some of them, their keys are named all the same.
    """
    named: dict[str, None] = {}
    unnamed, left = 0, _MOST_CHARACTERS
    for name in await txn.list(HEADS):
        head = await txn.read(HEADS + name, Head)
        if head is None:
            continue
        unnamed += head.count - len(head.keys)
        for key in head.keys:
            if key in named:
                continue
            if len(named) < _MOST_LACKING and len(key) <= left:
                named[key] = None
                left -= len(key)
            else:
                unnamed += 1
    return tuple(named), unnamed


async def promote(txn: Transaction, now: float, *, force: bool) -> Former:
    """Make this region the first one, in a term that is later than any it knows.

    Raises: `InvalidRequest` if it isn't a follower, or has no whole state.
    """
    state = await txn.read(keys.REGION, RegionState)
    if state is None or state.role == PRIMARY:
        raise InvalidRequest("this region writes already")
    if state.role == FENCED and not force:
        raise InvalidRequest(f"this region is not in use: {state.reason}; force=true promotes it all the same")
    progress = await txn.read(PROGRESS, Progress) or Progress()
    if not state.settled:
        raise InvalidRequest(
            "this region is not whole: it has not yet taken over one whole state of the first region, and what it has "
            "can't be put in use"
        )
    heard = await txn.read(HEARD, Heard) or Heard()
    names, more = await lacking(txn)
    former = Former(
        term=state.term + 1,
        commit=progress.commit,
        heard=heard.commit if heard.commit.number > progress.commit.number else progress.commit,
        lacking=names,
        uncounted=more,
        address=state.writer,
    )
    txn.write(keys.REGION, RegionState(role=PRIMARY, term=former.term, changed_at=now))
    txn.write(FORMER, former)
    # What is due would be done to other systems at once, while the former region may still be doing it.
    if not await frozen.is_frozen(txn):
        frozen.freeze(txn, now, progress.as_of)
    for name in await txn.list(HEADS):
        txn.delete(HEADS + name)
    return former


async def fence(txn: Transaction, now: float, reason: str) -> None:
    """Have this region serve nothing until it joins another one, or is promoted."""
    state = await txn.read(keys.REGION, RegionState)
    if state is None:
        raise InvalidRequest("this region is alone: there is nothing to give up")
    changed = msgspec.structs.replace(state, role=FENCED, reason=reason, changed_at=now, settled=state.settled)
    txn.write(keys.REGION, changed)


async def shown(txn: Transaction, now: float) -> dict[str, Any]:
    """What an operator sees of the regions."""
    state = await txn.read(keys.REGION, RegionState)
    if state is None:
        return {"role": "alone"}
    out: dict[str, Any] = {"role": state.role, "term": state.term, "settled": state.settled}
    if state.role == FENCED:
        out["reason"] = state.reason
    if state.role == FOLLOWER:
        behind, progress, heard = await lag(txn, now)
        names, more = await lacking(txn)
        out |= {
            "primary_api_addr": state.writer,
            "applied_revision": progress.commit.number,
            "applied_revision_id": progress.commit.id.hex(),
            "known_revision": heard.commit.number,
            "lag_revisions": behind.revisions,
            "lag_s": round(behind.seconds, 3),
            "lacking": len(names) + more,
            "gathering": progress.staging is not None,
            "trouble": heard.trouble,
        }
    if state.role == PRIMARY:
        out["followers"] = [await _follower(txn, name, now) for name in await txn.list(FOLLOWERS)]
        former = await txn.read(FORMER, Former)
        if former is not None:
            out["former"] = shown_former(former)
    return out


async def _follower(txn: Transaction, id_: str, now: float) -> dict[str, Any]:
    record, reached = await txn.read(FOLLOWERS + id_, FollowerRecord), await txn.read(REACHED + id_, Reached)
    newest = txn.revision
    out: dict[str, Any] = {
        "id": id_,
        "name": record.name if record is not None else "",
        "cluster_id": record.cluster_id if record is not None else "",
        "connected": reached is not None and now - reached.seen_at < SILENT_S,
        "left": record is not None and record.left,
    }
    if reached is not None:
        out |= {
            "applied_revision": reached.commit.number,
            "lag_revisions": max(0, newest - reached.commit.number),
            "lag_s": round(max(0.0, now - reached.as_of), 3),
        }
    return out


def shown_former(former: Former) -> dict[str, Any]:
    """What is known of the region that was the first one before."""
    return {
        "applied_revision": former.commit.number,
        "applied_revision_id": former.commit.id.hex(),
        "known_revision": former.heard.number,
        "missing_revisions": max(0, former.heard.number - former.commit.number),
        "told": former.told,
        "trouble": former.trouble,
        "api_addr": former.address,
        "lacking": list(former.lacking),
        "lacking_unnamed": former.uncounted,
    }


def by_place(names: Iterable[str], places: dict[str, str]) -> dict[str, int]:
    """How many keys there are of each mount or service.

    Args:
        places: the paths of mounts by their ids.
    """
    counts: dict[str, int] = {}
    for name in names:
        parts = name.split("/")
        mount = parts[2] if len(parts) > 2 else parts[0]
        place = places.get(mount, mount)
        counts[place] = counts.get(place, 0) + 1
    return counts
