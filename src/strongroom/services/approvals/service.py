"""Reads and writes requests that wait, and their approvals."""

from __future__ import annotations

import math

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.services.approvals.logic import adds_nothing, approved, covered
from strongroom.services.approvals.records import (
    ApprovalRecord,
    ApprovalSettings,
    HeldRequest,
    approvals_prefix,
    held_key,
    settings_key,
)
from strongroom.services.identity import IdentityService, entities
from strongroom.services.namespaces import NamespaceService
from strongroom.services.tokens.issued import line_of
from strongroom.services.tokens.records import TokenRecord
from strongroom.services.withdrawals import lifetimes, standing
from strongroom.services.withdrawals.issue import shortened
from strongroom.services.withdrawals.standing import are_withdrawn

NO_ENTITY = "1 error occurred:\n\t* empty entity ID: the token is nobody's, as root tokens are; log in to approve\n\n"
OWN_REQUEST = "1 error occurred:\n\t* token owner cannot be approver\n\n"
TWICE = "1 error occurred:\n\t* approver has already authorized\n\n"
DENIED = "1 error occurred:\n\t* permission denied\n\n"


async def held(txn: Transaction, token_key: str) -> HeldRequest | None:
    """The request that a token waits for, or None."""
    return await txn.read(held_key(token_key), HeldRequest) if token_key else None


async def approvals(txn: Transaction, token_key: str) -> list[ApprovalRecord]:
    """All approvals of a request, in the order in which they were given."""
    prefix = approvals_prefix(token_key)
    found = [await txn.read(prefix + name, ApprovalRecord) for name in await txn.list(prefix)]
    return sorted((approval for approval in found if approval is not None), key=lambda approval: approval.given_at)


async def settings(txn: Transaction, namespace: str) -> ApprovalSettings | None:
    """The settings of a namespace, or None."""
    return await txn.read(settings_key(namespace), ApprovalSettings)


async def is_approved(
    txn: Transaction, namespaces: NamespaceService, token_key: str, request: HeldRequest, now: float
) -> bool:
    """Whether a request has all its approvals.

    Those of an entity that was disabled or deleted since don't count, nor those that were given with a token that is
    withdrawn: its account may have been taken over.  Entities that were merged since are one, also with the one that
    asked.
    """
    asker = await entities.living(txn, request.entity_namespace, request.entity_id)
    if asker is None:
        return False
    valid = []
    for approval in await approvals(txn, token_key):
        entity = await entities.living(txn, approval.namespace, approval.entity_id)
        if entity is None or entity.disabled or entity.id == asker.id:
            continue
        if not await _is_withdrawn(txn, namespaces, approval):
            valid.append(msgspec.structs.replace(approval, entity_id=entity.id))
    return approved(request.factors, valid, now)


async def _is_withdrawn(txn: Transaction, namespaces: NamespaceService, approval: ApprovalRecord) -> bool:
    """Whether a withdrawal concerns the token that an approval was given with."""
    index = await standing(txn)
    if not index or not approval.line:
        return False
    return await are_withdrawn(txn, index, approval.line, namespaces, approval.line[0].namespace)


async def approvable(
    txn: Transaction, identity: IdentityService, approver: TokenRecord, request: HeldRequest
) -> tuple[int, ...]:
    """The places of the factors that an approver is in a group of, at this moment."""
    entity = await entities.living(txn, approver.home_of_entity, approver.entity_id)
    if entity is None or entity.disabled:
        return ()
    places: set[int] = set()
    for path, namespace in request.namespaces.items():
        groups = await identity.groups_of(txn, namespace, entity.id)
        places.update(covered(request.factors, groups, path))
    return tuple(sorted(places))


async def approve(
    txn: Transaction,
    identity: IdentityService,
    namespaces: NamespaceService,
    approver: TokenRecord,
    waiting: TokenRecord,
    *,
    now: float,
) -> bool:
    """Record an approval.

    Args:
        approver: the token that approves. waiting: the token that waits.

    Returns: whether the request has all its approvals now.

    Raises: `InvalidRequest` without an entity, for one's own request, and for a second approval; `PermissionDenied` for
    others than members of the factors' groups.
    """
    request = await held(txn, waiting.key)
    if request is None:
        raise InvalidRequest("1 error occurred:\n\t* invalid wrapping token\n\n")
    if not approver.entity_id:
        raise InvalidRequest(NO_ENTITY)
    entity = await entities.living(txn, approver.home_of_entity, approver.entity_id)
    asker = await entities.living(txn, request.entity_namespace, request.entity_id)
    if entity is not None and asker is not None and entity.id == asker.id:
        raise InvalidRequest(OWN_REQUEST)
    places = await approvable(txn, identity, approver, request)
    if entity is None or not places:
        raise PermissionDenied(DENIED)
    key = approvals_prefix(waiting.key) + entity.id
    earlier = await txn.read(key, ApprovalRecord)
    if earlier is not None and await _is_withdrawn(txn, namespaces, earlier):
        earlier = None
    if adds_nothing(earlier, places, request.factors, now):
        raise InvalidRequest(TWICE)
    given = ApprovalRecord(
        entity_id=entity.id,
        entity_name=entity.name,
        namespace=approver.home_of_entity,
        given_at=now,
        factors=places,
        line=shortened(await line_of(txn, approver)),
    )
    txn.write(key, given)
    await lifetimes.note(txn, math.ceil(waiting.expires_at - now))
    return await is_approved(txn, namespaces, waiting.key, request, now)
