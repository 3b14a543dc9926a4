"""Restores a snapshot into the store of a running server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

import structlog

from strongroom.barrier import keys
from strongroom.barrier.region import require_same_standing
from strongroom.barrier.restored import Restored
from strongroom.lib.errors import InvalidRequest
from strongroom.services.snapshots.pace import unhurried
from strongroom.services.snapshots.shown import OPENED_HERE
from strongroom.services.snapshots.taking import Snapshots
from strongroom.snapshot.reading import Reading, Whole
from strongroom.snapshot.restoring import check_fits
from strongroom.snapshot.restoring import restore as replace

log = structlog.get_logger("snapshots")

_OTHERS_SEAL: Final = "the snapshot isn't as a server of this cluster has made it: its sums have another seal"
# Rows could have been taken out of a snapshot, and its seal with them.
_NO_SEAL: Final = (
    "nothing vouches for the snapshot: it was saved from the store without a server, or somebody has changed it. "
    "If you know where it comes from, restore it with -force, which is sys/storage/raft/snapshot-force"
)
_OTHER_REGION: Final = (
    "the snapshot is of another region of this cluster: with it come that region's key shares, audit devices and name. "
    "If that is wanted, restore it with -force, which is sys/storage/raft/snapshot-force"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a snapshot before anything is replaced by it."""

    whole: Whole
    opens: bool
    """Whether the key that is in use opens its keyring."""
    kept: frozenset[str] = frozenset()
    """Keys whose rows the snapshot doesn't replace."""


async def check(snapshots: Snapshots, file: BinaryIO, *, forced: bool) -> Checked:
    """Read all of a snapshot, and judge whether it may replace the store's rows.

    Args:
        forced: also one of another cluster, or with another root key.

    Raises: `Damaged`, `OtherRegionWrites` in a region that follows, and `InvalidRequest` with the reason.
    """
    snapshots.barrier.region.require_writes()  # it goes past the transactions, which would refuse
    reading = Reading(file)
    keyring, region, largest = None, None, 0
    async for key, value in unhurried(reading.rows()):
        largest = max(largest, len(value))
        if key == keys.KEYRING:
            keyring = value
        elif key == keys.REGION:
            region = value
    whole = reading.whole()
    if keyring is None:
        raise InvalidRequest("the snapshot is of a store that was never initialized: there is nothing to restore in it")
    if not forced and not any(seal.type in OPENED_HERE for seal in whole.origin.seals):
        raise InvalidRequest("no seal of the snapshot can be opened by this release: nobody could unseal the store")
    opens = snapshots.barrier.root.opens(keyring)
    if not opens and not forced:
        raise InvalidRequest(
            "the snapshot is of another cluster, or of a time with other key shares. Restore it with -force, which is "
            "sys/storage/raft/snapshot-force; then its own key shares open it"
        )
    if opens and not forced and not whole.is_vouched_by(snapshots.key):
        raise InvalidRequest(_OTHERS_SEAL if whole.vouched else _NO_SEAL)
    if not forced:
        past = None if region is None else await snapshots.barrier.region_in(region)
        require_same_standing(snapshots.barrier.region.state, past)
        if whole.origin.cluster_id != snapshots.about.cluster_id:
            raise InvalidRequest(_OTHER_REGION)
    check_fits(snapshots.barrier.storage.limits, largest)
    # The keyring goes on with all its terms: what followers keep for themselves is encrypted by the newest one.
    newer = opens and snapshots.barrier.covers(keyring)
    return Checked(whole, opens, frozenset({keys.KEYRING} if newer else ()))


async def restore(
    snapshots: Snapshots, file: BinaryIO, *, forced: bool, frozen: bool, seal: Callable[[], Awaitable[None]]
) -> Checked:
    """Put a snapshot in the place of all rows.  It goes on if the client gives up.

    Args:
        file: closed at the end.
        forced: as of `check`.
        frozen: whether nothing is done to other systems until an operator says go.
        seal: seals the node; called if the key that is in use doesn't open the new rows.

    Raises: as `check`, and then nothing has changed; `StorageError`, and then no node serves the store until a restore
        was carried out whole.
    """
    try:
        snapshots.reserve()
    except BaseException:
        file.close()
        raise
    try:
        checked = await check(snapshots, file, forced=forced)
    except BaseException:
        snapshots.release()
        file.close()
        raise
    working = asyncio.create_task(_replace(snapshots, file, checked, frozen=frozen))
    snapshots.working.add(working)
    working.add_done_callback(snapshots.worked)
    await asyncio.shield(working)
    if checked.opens:
        await snapshots.barrier.sync()
    else:
        await seal()
    return checked


async def _replace(snapshots: Snapshots, file: BinaryIO, checked: Checked, *, frozen: bool) -> None:
    origin = checked.whole.origin
    log.warning("a snapshot takes the place of the store's rows", revision=origin.revision, rows=origin.rows)
    file.seek(0)
    restored = Restored(
        at=snapshots.clock.now(),
        frozen=frozen,
        taken_at=origin.created_at,
        revision=origin.revision,
        commit=origin.commit,
        rows=origin.rows,
    )
    with file:
        await replace(snapshots.barrier.storage, Reading(file), restored, expected=checked.whole, kept=checked.kept)
    log.warning("the snapshot was restored", frozen=frozen, same_keys=checked.opens)
