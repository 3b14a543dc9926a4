"""How long a withdrawal has to stand for what has no row that could be deleted: batch tokens and the like."""

from __future__ import annotations

from strongroom.barrier.transaction import Transaction
from strongroom.services.withdrawals.records import LONGEST_BATCH, UNNOTED_BATCH_S, LongestBatch


async def note(txn: Transaction, ttl_s: int) -> None:
    """Note that something is issued for so long.  Nothing is stored, except when nothing before lived so long."""
    longest = await txn.read(LONGEST_BATCH, LongestBatch)
    if longest is None or longest.ttl_s < ttl_s:
        # Earlier versions noted nothing: theirs may have lived as long as mounts usually allow.
        txn.write(LONGEST_BATCH, LongestBatch(ttl_s=ttl_s if longest is not None else max(ttl_s, UNNOTED_BATCH_S)))
