"""The owner of a lease: the token that it ends with, or the entity."""

from __future__ import annotations

import math

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.services.identity import entities
from strongroom.services.leases import LeaseRecord
from strongroom.services.leases.records import ENTITY
from strongroom.sysapi.services import Services


async def may_own(txn: Transaction, entity_id: str) -> bool:
    """Whether an entity, or what it was merged into, exists and isn't disabled."""
    entity = await entities.living(txn, keys.namespace_of(entity_id), entity_id)
    return entity is not None and not entity.disabled


async def owned_until(services: Services, txn: Transaction, lease: LeaseRecord, now: float) -> float | None:
    """When the owner ends as things are, in seconds since the epoch; infinity for never, and without an owner.

    None if the owner has ended already.
    """
    if lease.owner == ENTITY:
        return math.inf if await may_own(txn, lease.entity_id) else None
    if not lease.token_key:
        return math.inf  # of a batch token without a parent; the lease's own longest time is that of the token
    token = await services.tokens.alive_by_key(txn, lease.token_key, services.mounts, now)
    if token is None:
        return None
    return token.expires_at or math.inf


async def is_owned(services: Services, txn: Transaction, lease: LeaseRecord, now: float) -> bool:
    """Whether a request may prolong the lease, or get it again: its owner is alive, and may still be used."""
    if await owned_until(services, txn, lease, now) is None:
        return False
    if lease.owner == ENTITY or not lease.token_key:
        return True
    token = await services.tokens.alive_by_key(txn, lease.token_key, services.mounts, now)
    return token is not None and not await services.tokens.spent(txn, token)
