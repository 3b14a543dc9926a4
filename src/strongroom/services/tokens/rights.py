"""What a token allows: its own policies and its entity's, merged."""

from __future__ import annotations

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import PermissionDenied
from strongroom.services.identity import IdentityService
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.service import PolicyService
from strongroom.services.tokens.records import TokenRecord


async def acl_of(
    policies: PolicyService, identity: IdentityService, txn: Transaction, record: TokenRecord, now: float
) -> Acl:
    """The merged rules of a token.

    Raises: `PermissionDenied` when its entity is disabled.
    """
    names = record.policies
    if record.entity_id and not record.is_root:
        entity = await identity.entity(txn, record.entity_id)
        if entity is not None:
            if entity.disabled:
                raise PermissionDenied("permission denied")
            names = tuple(sorted({*names, *entity.policies}))
    return await policies.acl(txn, names, record.entity_id, now)
