"""The rights of a token: its policies, its entity's and its groups', merged, for canonical paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk.engine import Match
from strongroom.sdk.request import Operation
from strongroom.sdk.spelling import PLAIN, Form
from strongroom.services.identity import IdentityService
from strongroom.services.policy.acl import REFUSED, Acl, Decision
from strongroom.services.policy.service import PolicyService
from strongroom.services.tokens.records import TokenRecord


class Asked(msgspec.Struct, frozen=True):
    """The parts of a request that rules for paths use."""

    path: str
    """In its canonical form."""
    operation: Operation
    mount: str = ""
    """Full path of the mount, ending in `/`."""
    match: Match | None = None
    """The route; None when the path has none."""
    data: Mapping[str, Any] = {}


async def judge(
    policies: PolicyService,
    identity: IdentityService,
    txn: Transaction,
    record: TokenRecord,
    now: float,
    *,
    asked: Asked,
) -> Decision:
    """Decide on a request by a token's rules, for its path and for other paths of the same object.

    Args:
        now: seconds since the epoch.

    Raises: `PermissionDenied` when the token's entity is disabled or has gone.
    """
    match = asked.match
    form = PLAIN if match is None else match.form(asked.mount)
    acl = await acl_of(policies, identity, txn, record, now, form=form)
    path = form.of_path(asked.path)
    decision = acl.decide(path, asked.operation)
    if match is not None and match.route.also and decision.allowed and not decision.root:
        # A listing's other paths end in a slash too, so that rules for everything below them also deny it.
        end = "/" if path.endswith("/") else ""
        others = [asked.mount + other.removesuffix(end) + end for other in match.others(asked.data)]
        if acl.overruled(path, others, asked.operation):
            return REFUSED
        return acl.restricted(decision, others, asked.operation)
    return decision


async def acl_of(
    policies: PolicyService,
    identity: IdentityService,
    txn: Transaction,
    record: TokenRecord,
    now: float,
    *,
    form: Form = PLAIN,
) -> Acl:
    """The merged rules of a token, for paths in the canonical form `form`.

    Raises: `PermissionDenied` when its entity is disabled or has gone.
    """
    names = record.policies
    if record.entity_id:
        standing = await identity.standing(txn, keys.ROOT_NAMESPACE, record.entity_id, (keys.ROOT_NAMESPACE,))
        # A missing entity may have been a disabled one.
        if standing is None or standing.disabled:
            raise PermissionDenied("permission denied")
        names = standing.joined(keys.ROOT_NAMESPACE, names)
    return await policies.acl(txn, names, record.entity_id, now, form)
