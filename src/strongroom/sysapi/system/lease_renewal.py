"""Renews a lease, and says what the renewal can't do."""

from __future__ import annotations

from strongroom.audit.entry import timestamp
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services import restoration
from strongroom.services.asking import engine_of
from strongroom.services.leases import LeaseRecord, revocation
from strongroom.services.leases.limits import Limit, is_last, limit_of
from strongroom.services.leases.records import ENDED, ENTITY, IN_FORCE, TOKEN
from strongroom.services.tokens.logic import grant_ttl
from strongroom.sysapi.context import system
from strongroom.sysapi.lease_owner import is_owned, owned_until
from strongroom.sysapi.system.visible_leases import visible

_WHOSE = {
    "token": "its token ends",
    "role": "its role allows no longer time",
    "mount": "its mount allows no longer time",
}


async def renew(request: Request, id_: str, increment_s: int) -> Response:
    """Renew a lease.

    Args:
        increment_s: the wanted time from now; 0 for the engine's default.

    Raises: `InvalidRequest` for a lease that isn't in force, isn't renewable, or has reached its longest time.
    """
    view, now = system(request), request.now
    services, txn = view.services, view.txn
    lease = await visible(view, id_)
    if lease is None or lease.state not in {IN_FORCE, ENDED}:
        if await services.tokens.by_lease(txn, id_, services.mounts, now, view.namespace) is not None:
            raise InvalidRequest("tokens cannot be renewed through this endpoint")
        raise InvalidRequest("lease not found")
    entry = await services.mounts.by_id(txn, lease.mount)
    until = await owned_until(services, txn, lease, now)
    # The engine may have been asked since the request came, and the lease may have expired or been revoked meanwhile.
    over = lease.state == ENDED or lease.expires_at <= max(now, services.clock.now())
    if over or entry is None or until is None or not await is_owned(services, txn, lease, now):
        raise InvalidRequest("lease expired")
    entry.check_open()
    await restoration.require_thawed(txn, "renewing leases")
    if not lease.renewable:
        raise InvalidRequest("lease is not renewable")
    wanted_s = await engine_of(entry).renew(revocation.ask(txn, entry, lease, now), lease.internal, increment_s)
    ttl_s, warnings = grant_ttl(
        wanted_s=wanted_s,
        default_s=entry.mount.default_lease_ttl_s,
        max_s=lease.max_ttl_s or entry.mount.max_lease_ttl_s,
        lived_s=int(now) - int(lease.issued_at),
    )
    if ttl_s <= 0:
        raise InvalidRequest("past the max TTL, cannot renew")
    renewed = services.leases.renew(txn, lease, ttl_s, now)
    if lease.owner == ENTITY:
        await services.identity.has_token(txn, lease.entity_id, renewed.expires_at, now)
    warnings += told(lease, renewed, limit_of(renewed, entry.mount.max_lease_ttl_s, until))
    return Response(lease_id=lease.id, renewable=True, hint_ttl_s=ttl_s, warnings=warnings)


def told(before: LeaseRecord, after: LeaseRecord, limit: Limit) -> list[str]:
    """What a client has to know of a renewal besides the time that it got (pure)."""
    warnings = []
    if after.expires_at < before.expires_at - 1:
        warnings.append(f"the lease ends earlier than before this renewal, at {timestamp(after.expires_at)}")
    if limit.by == TOKEN and limit.at < after.expires_at:
        warnings.append(f"the lease ends with its token at {timestamp(limit.at)}, unless the token is renewed")
    elif is_last(limit, after.expires_at):
        warnings.append(
            f"this was the last renewal: the lease ends at {timestamp(limit.at)}, because {_WHOSE[limit.by]}"
        )
    return warnings
