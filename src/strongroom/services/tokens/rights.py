"""What a token allows: its own policies and its entity's, merged, asked by the one spelling of each path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

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
    """A request, as far as rules for paths are concerned."""

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
    """What a token's rules say of a request: of its path, and of the other paths of what it names.

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
        # A listing's path has a slash at its end, by whichever name: rules for all below deny it too.
        end = "/" if path.endswith("/") else ""
        others = [asked.mount + other.removesuffix(end) + end for other in match.others(asked.data)]
        if acl.overruled(path, others, asked.operation):
            return REFUSED
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
    """The merged rules of a token, for paths that are written in this form.

    Raises: `PermissionDenied` when its entity is disabled or has gone.
    """
    names = record.policies
    if record.entity_id:
        entity = await identity.entity(txn, record.entity_id)
        # One that has gone from the store could have been a disabled one.
        if entity is None or entity.disabled:
            raise PermissionDenied("permission denied")
        names = tuple(sorted({*names, *entity.policies}))
    return await policies.acl(txn, names, record.entity_id, now, form)
