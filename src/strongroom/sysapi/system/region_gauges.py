"""The numbers of regions: how far a follower is behind, as each side knows it."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.region import FENCED, FOLLOWER, PRIMARY, RegionState
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.exposition import Gauge, Measure
from strongroom.services.region import standing
from strongroom.services.region.records import FOLLOWERS, REACHED, FollowerRecord, Reached
from strongroom.sysapi.services import Services

_APPLIED = "The first region's commit that the follower has."
_REVISIONS = "Commits of the first region that the follower lacks."
_SECONDS = "For how long the follower lacks them, by the first region's clock."


async def of_regions(services: Services) -> list[Measure]:
    """The numbers of this region; none for one that is alone."""
    now = await services.barrier.storage.now()
    return await transact(services.barrier, lambda txn: _measured(txn, now))


async def _measured(txn: Transaction, now: float) -> list[Measure]:
    state = await txn.read(keys.REGION, RegionState)
    if state is None:
        return []
    found: list[Measure] = [
        Gauge("vault.region.role", float(state.role == role), "What the region is.", {"role": role})
        for role in (PRIMARY, FOLLOWER, FENCED)
    ]
    found.append(Gauge("vault.region.term", state.term, "Rises with every promotion."))
    if state.role == FOLLOWER:
        behind, progress, _ = await standing.lag(txn, now)
        found += _lag(progress.commit.number, behind.revisions, behind.seconds, {"region": ""})
    if state.role == PRIMARY:
        for name in await txn.list(FOLLOWERS):
            record, reached = await txn.read(FOLLOWERS + name, FollowerRecord), await txn.read(REACHED + name, Reached)
            if record is not None and reached is not None:
                missing = max(0, txn.revision - reached.commit.number)
                found += _lag(
                    reached.commit.number,
                    missing,
                    max(0.0, now - reached.as_of),
                    {"region": f"{record.name}:{name[:8]}"},
                )
    return found


def _lag(applied: int, revisions: int, seconds: float, labels: dict[str, str]) -> list[Measure]:
    return [
        Gauge("vault.region.applied_revision", applied, _APPLIED, labels),
        Gauge("vault.region.lag_revisions", revisions, _REVISIONS, labels),
        Gauge("vault.region.lag_seconds", seconds, _SECONDS, labels),
    ]
