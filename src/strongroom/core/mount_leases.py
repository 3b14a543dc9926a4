"""The leases of a mount that a request's engine asks for: to give one again, to see one, or to end one."""

from __future__ import annotations

from strongroom.core.attempt import Attempt
from strongroom.core.leasing import entity_of
from strongroom.sdk.leases import HeldLease
from strongroom.sdk.response import Response
from strongroom.services.leases import LeaseRecord, rows
from strongroom.services.leases.records import ENDED, IN_FORCE
from strongroom.services.mounts import MountEntry
from strongroom.sysapi.lease_owner import is_owned, owned_until

_LOOKED_AT = 16
"""Leases that one request considers.  The usual number is one or two."""


class MountLeases:
    """The leases of the mount that serves a request.

    Args:
        entry: the mount.
    """

    def __init__(self, attempt: Attempt, entry: MountEntry) -> None:
        self._attempt = attempt
        self._entry = entry

    @property
    def _now(self) -> float:
        return self._attempt.request.received_at

    async def reusable(self, group: str, reuse: str) -> Response | None:
        """The answer of an earlier request of the client's entity with its lease, if at least half of its time is left.

        None if the token that the lease ends with ends earlier.
        """
        attempt, bearer = self._attempt, self._attempt.exchange.bearer
        entity_id = await entity_of(attempt, bearer) if bearer is not None else ""
        if not entity_id or not reuse:
            return None
        namespace = attempt.exchange.namespace.id
        place = rows.reusable(namespace, self._entry.record.id, entity_id, group, reuse)
        best, left_s = None, 0.0
        for id_ in await attempt.txn.scan(place, limit=_LOOKED_AT):
            found = await attempt.services.leases.in_force(attempt.txn, id_)
            remaining_s = await self._ends_at(found) - self._now if found is not None else 0.0
            if found is not None and remaining_s > left_s and 2 * remaining_s >= found.ttl_s:
                best, left_s = found, remaining_s
        if best is None:
            return None
        return Response(data=best.answer, lease_id=best.id, hint_ttl_s=int(left_s), renewable=best.renewable)

    async def of_account(self, account: str) -> HeldLease | None:
        """The mount's latest lease of an account."""
        found = await self._of_account(account)
        if not found:
            return None
        latest = max(found, key=lambda lease: lease.issued_at)
        ends_at = await self._ends_at(latest) if latest.state == IN_FORCE else 0.0
        return HeldLease(id=latest.id, ends_at=ends_at if ends_at > self._now else 0.0, renewable=latest.renewable)

    async def end(self, account: str) -> None:
        """Remove the mount's leases of an account."""
        for lease in await self._of_account(account):
            await self._attempt.services.leases.remove(self._attempt.txn, lease)

    async def _of_account(self, account: str) -> list[LeaseRecord]:
        """Those whose secrets were made."""
        attempt = self._attempt
        place = rows.of_account(attempt.exchange.namespace.id, account)
        found = [await attempt.services.leases.read(attempt.txn, id_) for id_ in await attempt.txn.scan(place)]
        return [
            lease
            for lease in found
            if lease is not None
            and lease.mount == self._entry.record.id
            and lease.account == account
            and lease.state in {IN_FORCE, ENDED}
        ]

    async def _ends_at(self, lease: LeaseRecord) -> float:
        """When the lease expires or loses its owner, in seconds since the epoch; 0 if it has no owner any more."""
        services, txn = self._attempt.services, self._attempt.txn
        until = await owned_until(services, txn, lease, self._now)
        if until is None or not await is_owned(services, txn, lease, self._now):
            return 0.0
        return min(until, lease.expires_at)
