"""Takes one snapshot of a schedule: made, kept, read back as it is there, and only then older ones are removed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from strongroom.lib.errors import StorageError, StrongroomError
from strongroom.services.snapshots.pace import unhurried
from strongroom.services.snapshots.schedule import rules
from strongroom.services.snapshots.schedule.places import Place
from strongroom.services.snapshots.schedule.records import Schedule, Status
from strongroom.services.snapshots.taking import Snapshots, Taken
from strongroom.snapshot.reading import Reading, Whole
from strongroom.snapshot.stored import Damaged

_FIRST_RETRY_S: Final = 60.0


async def _untold(phase: str) -> None:
    """For whom nobody asks how far it is."""


async def run(
    snapshots: Snapshots,
    schedule: Schedule,
    place: Place,
    before: Status,
    tell: Callable[[str], Awaitable[None]] = _untold,
) -> Status:
    """Take a snapshot.

    Args:
        tell: gets each phase as it begins: `copying`, `keeping`, `verifying`.

    Returns: what became of it; a failure is told there, too.
    """
    now = snapshots.clock.now()
    name = rules.file_name(schedule.file_prefix, now)
    taken: Taken | None = None
    try:
        await tell("copying")
        taken = await snapshots.take()
        await tell("keeping")
        size = await place.keep(name, lambda file: _write(snapshots, taken, file))
        await tell("verifying")
        whole = await _read_back(snapshots, place, name)
        kept = await _tidy(schedule, place, name)
    except StrongroomError as error:
        return failed(schedule, before, error, now, snapshots.clock.now())
    except OSError as error:
        return failed(schedule, before, StorageError(f"{error.strerror}"), now, snapshots.clock.now())
    finally:
        if taken is not None:
            await taken.close()
    ended = snapshots.clock.now()
    return Status(
        next_at=now + schedule.interval_s,
        started_at=now,
        ended_at=ended,
        good_at=now,
        good_name=name,
        good_bytes=size,
        good_rows=whole.origin.rows,
        took_s=max(0.0, ended - now),
        created_at=before.created_at,
        kept=kept,
    )


async def verify(snapshots: Snapshots, file: BinaryIO) -> Whole:
    """Read all of a snapshot, and check that a server of this cluster has made it so.  Closes the file.

    Raises: `Damaged`.
    """
    with file:
        reading = Reading(file)
        async for _ in unhurried(reading.rows()):
            pass
        whole = reading.whole()
    if not whole.is_vouched_by(snapshots.key):
        raise Damaged("the snapshot isn't as a server of this cluster has made it: its sums have another seal")
    return whole


async def _read_back(snapshots: Snapshots, place: Place, name: str) -> Whole:
    """Verify a snapshot where it is kept.  One that isn't whole there doesn't stay, or it might be taken for one."""
    try:
        return await verify(snapshots, await place.opened(name))
    except Damaged:
        await place.remove(name)
        raise


async def _write(snapshots: Snapshots, taken: Taken, file: Path) -> None:
    with await asyncio.to_thread(file.open, "wb") as opened:
        async for piece in taken.pieces():
            await asyncio.to_thread(opened.write, piece)
    await verify(snapshots, await asyncio.to_thread(file.open, "rb"))


async def _tidy(schedule: Schedule, place: Place, good: str) -> int:
    """Remove what is over.  Returns how many snapshots are left."""
    sizes = await place.sizes()
    gone = rules.superfluous(sizes, schedule.retain, schedule.local_max_bytes, good)
    for name in gone:
        await place.remove(name)
    return len(sizes) - len(gone)


def failed(schedule: Schedule, before: Status, error: StrongroomError, now: float, ended: float) -> Status:
    """What became of an attempt that failed.

    The next attempt comes soon, and later after each failure, but never later than the schedule says.
    """
    wait_s = min(_FIRST_RETRY_S * 2 ** min(before.failures, 16), float(schedule.interval_s))
    return msgspec.structs.replace(
        before,
        next_at=ended + wait_s,
        started_at=now,
        ended_at=ended,
        took_s=max(0.0, ended - now),
        failures=before.failures + 1,
        error=error.text or type(error).__name__,
        phase="",
        phase_at=0.0,
    )


def noted(known: Status, after: Status) -> Status:
    """What is stored when an attempt has ended (pure).

    Another one, of a request or of the role, may have ended while it went on: a newer good snapshot stays the last good
    one, or nothing would keep it from being removed.

    Args:
        known: what is stored. after: what became of the attempt.
    """
    if known.good_at <= after.good_at:
        return after
    return msgspec.structs.replace(
        after,
        good_at=known.good_at,
        good_name=known.good_name,
        good_bytes=known.good_bytes,
        good_rows=known.good_rows,
        kept=known.kept,
    )
