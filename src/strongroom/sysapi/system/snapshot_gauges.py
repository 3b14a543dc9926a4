"""The metrics of scheduled snapshots, and whether the store is frozen since a restore."""

from __future__ import annotations

from functools import partial

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.exposition import Gauge, Measure
from strongroom.services import restoration
from strongroom.services.snapshots.schedule import records
from strongroom.services.snapshots.schedule.records import Schedule, Status
from strongroom.sysapi.services import Services

_FROZEN = "Whether the store is frozen since a restore."
_AGE = "The age of the last good snapshot; since the schedule was made, if there is none."
_FAILURES = "Attempts in a row that have failed."
_SIZE = "The size of the last good snapshot."
_DURATION = "How long the last attempt took."


async def of_snapshots(services: Services) -> list[Measure]:
    """What became of each schedule."""

    async def read(txn: Transaction) -> tuple[bool, dict[str, tuple[Schedule, Status]]]:
        found = {}
        for name in await records.names(txn):
            schedule, status = await records.read(txn, name), await records.status(txn, name)
            if schedule is not None and status is not None:
                found[name] = (schedule, status)
        return await restoration.is_frozen(txn), found

    frozen, schedules = await transact(services.barrier, read)
    now, measures = services.clock.now(), [Gauge("vault.restore.frozen", int(frozen), _FROZEN)]
    for name, (schedule, status) in schedules.items():
        gauge = partial(Gauge, labels={"name": name})
        age_s = max(0.0, now - (status.good_at or status.created_at))
        measures += [
            gauge("vault.snapshot.age_seconds", age_s, _AGE),
            gauge("vault.snapshot.interval_seconds", schedule.interval_s, "The time between two snapshots."),
            gauge("vault.snapshot.failures", status.failures, _FAILURES),
            gauge("vault.snapshot.size_bytes", status.good_bytes, _SIZE),
            gauge("vault.snapshot.duration_seconds", status.took_s, _DURATION),
        ]
    return list(measures)
