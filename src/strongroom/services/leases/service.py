"""Stores leases.  Each has its own row, a row in the due index, and a row in the index of each owner."""

from __future__ import annotations

from collections import Counter
from typing import Any, Protocol

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.due import retry_wait_s
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import RateLimited
from strongroom.lib.rand import Random, base62
from strongroom.services.asking import TIMEOUT_S
from strongroom.services.leases import rows
from strongroom.services.leases.records import ENDED, IN_FORCE, PLANNED, UNDOING, UNDONE, LeaseMark, LeaseRecord
from strongroom.services.leases.telling import told
from strongroom.storage.keys import is_key

_ID_CHARACTERS = 24
_REASON_CHARACTERS = 1000
"""The part of a revocation's error that is stored.  Another system's error may have any length."""
PLANNED_S = 2 * TIMEOUT_S
"""How long a lease may stay planned.  After this time its request has finished, given up or died."""
_ENDED_AS = {IN_FORCE: ENDED, PLANNED: UNDOING}
"""The state of a lease that is ended, by its state before."""
CEILING = 300_000
"""The most leases of a mount without a quota.  The limit stops a crash-looping client before it fills the store."""
_FAR = 2**53
"""More than is ever counted."""


class Counts(Protocol):
    """Counts leases for quotas."""

    async def made(self, txn: Transaction, lease: LeaseRecord) -> bool:
        """Count a new lease.  Returns whether a quota takes the place of the mount's ceiling."""
        ...

    async def ended(self, txn: Transaction, lease: LeaseRecord) -> None:
        """Count a lease that is deleted."""
        ...


class LeaseService:
    """Leases of secrets.  A token is its own lease, and is stored by the token service."""

    def __init__(self, random: Random, counts: Counts) -> None:
        self._random = random
        self._counts = counts

    async def create(self, txn: Transaction, namespace: str, lease: LeaseRecord, *, ceiling: int = 0) -> LeaseRecord:
        """Store the lease of a secret that a request made, or plans to make, and give it its id.

        Args:
            lease: without an id.  It runs for its `ttl_s` from `issued_at`; a planned one until its plan expires.
            ceiling: the most leases of its group; 0 for no limit.
        """
        suffix = txn.once("lease id", lambda: base62(self._random, _ID_CHARACTERS))
        lasts_s = PLANNED_S if lease.state == PLANNED else lease.ttl_s
        lease = msgspec.structs.replace(
            lease,
            id=f"{lease.path}/{suffix}{keys.suffix(namespace)}",
            expires_at=lease.issued_at + lasts_s,
        )
        self._store(txn, None, lease)
        if not await self._counts.made(txn, lease):
            # The same words as those of a lease count quota.
            text = (
                f"lease count quota exceeded ({CEILING} leases of a mount without a quota at the most, which is fixed)"
            )
            full = RateLimited(text, retry_after_s=60, detail=f"the mount {lease.mount} is full")
            txn.add(rows.count(lease.mount), 0, 0, CEILING, full)
        if lease.group:
            text = f'lease count quota exceeded ({ceiling} leases of "{lease.group}" at the most, by its settings)'
            full = RateLimited(text, retry_after_s=60, detail=f"{lease.group} of the mount {lease.mount} is full")
            txn.add(rows.group_count(lease.mount, lease.group), 0, 0, ceiling or CEILING, full)
        if lease.state == IN_FORCE:
            told(txn, lease, "create", lease.issued_at)
        return lease

    async def read(self, txn: Transaction, lease_id: str) -> LeaseRecord | None:
        """The lease, or None."""
        return await txn.read(keys.lease(lease_id), LeaseRecord) if is_key(lease_id) else None

    async def in_force(self, txn: Transaction, lease_id: str) -> LeaseRecord | None:
        """The lease, or None when it is still planned or being undone."""
        lease = await self.read(txn, lease_id)
        return lease if lease is not None and lease.state == IN_FORCE else None

    def renew(self, txn: Transaction, lease: LeaseRecord, ttl_s: int, now: float) -> LeaseRecord:
        """Extend a lease to `ttl_s` from now."""
        renewed = msgspec.structs.replace(lease, expires_at=now + ttl_s, ttl_s=ttl_s, last_renewed_at=now)
        self._store(txn, lease, renewed)
        told(txn, renewed, "renew", now)
        return renewed

    def expire(self, txn: Transaction, lease: LeaseRecord, now: float, *, wait_s: float = 0.0) -> LeaseRecord:
        """End a lease, so that the expiry role revokes it.  A planned lease can't be put in force any more.

        Args:
            wait_s: how long the role waits, because the caller revokes the lease itself.
        """
        ended = msgspec.structs.replace(
            lease,
            expires_at=min(lease.expires_at, now),
            next_attempt_at=now + wait_s if wait_s else 0.0,
            state=_ENDED_AS.get(lease.state, lease.state),
        )
        self._store(txn, lease, ended)
        return ended

    def pass_to(self, txn: Transaction, lease: LeaseRecord, entity_id: str) -> None:
        """Give a lease to the entity that its own was merged into."""
        self._store(txn, lease, msgspec.structs.replace(lease, entity_id=entity_id))

    def put_in_force(
        self, txn: Transaction, lease: LeaseRecord, internal: dict[str, Any], answer: dict[str, Any], now: float
    ) -> None:
        """Put a planned lease in force from now, because its secret has been made.

        Args:
            answer: the response's data.  It is kept if the lease may be given again.
        """
        made = msgspec.structs.replace(
            lease,
            state=IN_FORCE,
            issued_at=now,
            expires_at=now + lease.ttl_s,
            internal=internal,
            answer=answer if lease.reuse else {},
        )
        self._store(txn, lease, made)
        told(txn, made, "create", now)

    async def end(self, txn: Transaction, lease: LeaseRecord, now: float) -> None:
        """Delete a lease that was undone.  A lease that was never in force is undone once more, later."""
        if lease.state not in {PLANNED, UNDOING}:
            await self.remove(txn, lease)
            told(txn, lease, "revoke", now)
            return
        again = msgspec.structs.replace(
            lease, state=UNDONE, expires_at=min(lease.expires_at, now), next_attempt_at=now + PLANNED_S
        )
        self._store(txn, lease, again)

    def failed(self, txn: Transaction, lease: LeaseRecord, reason: str, now: float) -> LeaseRecord:
        """Store a failed revocation.  It is tried again without end, at growing intervals."""
        changed = msgspec.structs.replace(
            lease,
            attempts=lease.attempts + 1,
            next_attempt_at=now + retry_wait_s(lease.attempts, lease.id),
            expires_at=min(lease.expires_at, now),
            state=ENDED if lease.state == IN_FORCE else lease.state,
            last_error=reason[:_REASON_CHARACTERS],
        )
        self._store(txn, lease, changed)
        if changed.is_irrevocable:  # each time, because earlier versions had no such row
            txn.write(rows.irrevocable(keys.namespace_of(lease.id)) + lease.id, LeaseMark())
        return changed

    async def remove(self, txn: Transaction, lease: LeaseRecord) -> None:
        """Delete a lease whose secret no longer exists."""
        await self._counts.ended(txn, lease)
        self._store(txn, lease, None)

    async def count(self, txn: Transaction, mount: str) -> int:
        """The number of a mount's leases by now.  It may change without a conflict."""
        entry = await txn.barrier.storage.get(rows.count(mount))
        return max(0, int(entry.value)) if entry is not None else 0

    async def names(
        self, txn: Transaction, namespace: str, prefix: str, *, after: str = "", limit: int | None = None
    ) -> list[str]:
        """The distinct next segments of a namespace's lease ids below `prefix`, which ends in `/` or is empty."""
        return await txn.list(keys.leases(namespace) + prefix, after, limit)

    def _store(self, txn: Transaction, before: LeaseRecord | None, after: LeaseRecord | None) -> None:
        """Store a lease's new state, with its rows in the indexes and what it counts in.

        Args:
            before: as it is stored; None for a new one. after: None to delete it.
        """
        old = rows.of(before) if before is not None else {}
        new = rows.of(after) if after is not None else {}
        for key in old.keys() - new.keys():
            txn.delete(key)
        for key, record in new.items():
            if old.get(key) != record:
                txn.write(key, record)
        counted = Counter(rows.counters(after) if after is not None else ())
        counted.subtract(rows.counters(before) if before is not None else ())
        for counter, delta in counted.items():
            if delta:
                # A node of an earlier version doesn't count all of them, and that must not keep a lease from ending.
                txn.add(counter, delta, -_FAR, _FAR)
